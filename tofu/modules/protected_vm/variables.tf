variable "backup_tier" {
  description = "Tier of the backups: its number, or its name in the policy. There is no default: nobody else can know what the data is worth."
  type        = string
  nullable    = false

  validation {
    condition     = contains(keys(var.tiers), var.backup_tier) || contains([for tier in var.tiers : tier.name], var.backup_tier)
    error_message = "backup_tier \"${var.backup_tier}\" is no tier. Choose one of: ${join(", ", [for id, tier in var.tiers : "${id} (${tier.name})"])}."
  }
}

variable "tiers" {
  description = "The tiers there are: `module.backup_tiers.tiers`. The default is the four of ADR-005."
  type = map(object({
    name         = string
    pool         = string
    disk_storage = optional(string)
  }))
  default = {
    1 = { name = "Critical production", pool = "tier-1", disk_storage = "zfs-longhorn" }
    2 = { name = "Standard application", pool = "tier-2", disk_storage = "zfs-longhorn" }
    3 = { name = "Development and testing", pool = "tier-3", disk_storage = "zfs-longhorn" }
    4 = { name = "Cache and temporary", pool = "tier-4", disk_storage = "zfs-longhorn" }
  }
}

variable "name" {
  description = "Name of the VM."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$", var.name))
    error_message = "name \"${var.name}\" is no host name: use letters, digits and dashes."
  }
}

variable "vm_id" {
  description = "Number of the VM. Backups are kept under it, so never give the number of a guest that is gone to another."
  type        = number

  validation {
    condition     = var.vm_id >= 100 && var.vm_id <= 999999999 && floor(var.vm_id) == var.vm_id
    error_message = "vm_id is a whole number from 100 to 999999999; PVE takes no other."
  }
}

variable "node_name" {
  description = "Node the VM is on."
  type        = string
}

variable "tags" {
  description = "More tags. Words for a tier are refused: `tier-1` comes from backup_tier."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for tag in var.tags : !can(regex("^tier-?[0-9]+$", lower(tag)))])
    error_message = "tags must not name a tier: set backup_tier, and the tag follows. Two places that say it will one day say two things."
  }
}

variable "disks" {
  description = "The VM's own disks, scsi0 first: size in GiB, storage (default: what the tier names, else zfs-longhorn), and `backup`: leave a disk out only where nothing on it is worth keeping."
  type = list(object({
    size_gib = number
    storage  = optional(string)
    backup   = optional(bool, true)
  }))

  validation {
    condition     = length(var.disks) >= 1
    error_message = "disks is empty: give the disk the VM starts from."
  }

  validation {
    condition     = anytrue([for disk in var.disks : disk.backup])
    error_message = "Every disk in disks has backup = false. PVE then makes backups without a disk in them, and each of them ends OK."
  }
}

variable "data_disks" {
  description = "Disks of data VMs: `module.NAME.consumer_disks`, several joined with concat."
  type = list(object({
    datastore_id      = string
    path_in_datastore = string
    file_format       = string
    size              = number
    backup            = bool
  }))
  default = []
}

variable "cores" {
  description = "Cores of the one socket."
  type        = number
  default     = 2
}

variable "cpu_type" {
  description = "CPU the guest sees. The default is PVE's own; the provider's would be qemu64, which lacks AES."
  type        = string
  default     = "x86-64-v2-AES"
}

variable "memory_mib" {
  description = "Memory in MiB."
  type        = number
  default     = 2048
}

variable "bridge" {
  description = "Bridge of the network card; null for none."
  type        = string
  default     = "vmbr0"
}

variable "agent" {
  description = "The guest agent runs inside. Without it a backup is as after a power cut; a tier that promises consistency of the file system needs it."
  type        = bool
  default     = true
}

variable "started" {
  description = "Whether the VM runs."
  type        = bool
  default     = true
}

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
  description = "Data disks, each by a name of yours: size in GiB. The order of the names is the order of the interfaces, so add new ones behind the others."
  type        = map(object({ size_gib = number }))

  validation {
    condition     = length(var.disks) >= 1 && length(var.disks) <= 12
    error_message = "disks holds 1 to 12 disks: a data VM without a disk holds nothing, and the guest that uses them has room for 12 beside its own."
  }

  validation {
    condition     = alltrue([for disk in var.disks : disk.size_gib >= 1 && floor(disk.size_gib) == disk.size_gib])
    error_message = "Each size_gib of disks is a whole number of GiB, 1 or more."
  }
}

variable "storage" {
  description = "Storage of the disks. Default: what the tier names, and zfs-longhorn where it names none."
  type        = string
  default     = null
}

variable "backed_up_through" {
  description = <<-TEXT
    Whose backups hold the disks.

    `consumer` (default): the guest that uses them. Its points are made while it runs, by its own QEMU, and are whole. The holder is in no pool and its disks carry `backup=0`, so that no job takes them a second time.

    `holder`: this VM. A point made through the stopped holder while the consumer writes is torn. Choose it only where the consumer is shut down during the job; Holdfast does not count such a point otherwise.
  TEXT
  type        = string
  default     = "consumer"

  validation {
    condition     = contains(["consumer", "holder"], var.backed_up_through)
    error_message = "backed_up_through is \"consumer\" (the guest that uses the disks; valid points) or \"holder\" (this VM; valid only while the consumer is shut down), not \"${var.backed_up_through}\"."
  }
}

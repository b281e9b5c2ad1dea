# The shape is the module's business, which checks it.
variable "backup_tiers" {
  description = "Written by `holdfast tofu vars`."
  type        = any
}

variable "backup_token_id" {
  description = "Login of the storages on PBS, `user@realm!name`."
  type        = string
  default     = "pve@pbs!backup"
}

variable "backup_token_secret" {
  description = "Its secret; give it as TF_VAR_backup_token_secret."
  type        = string
  sensitive   = true
}

variable "node_name" {
  description = "Node the guests are on."
  type        = string
  default     = "pve1"
}

variable "system_storage" {
  description = "Storage of the disks that guests start from."
  type        = string
  default     = "local-zfs"
}

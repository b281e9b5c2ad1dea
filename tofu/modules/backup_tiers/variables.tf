variable "backup_tiers" {
  description = "The tiers by their number, as `holdfast tofu vars` writes them from the policy. Do not write this map by hand: the policy is the one source."
  type = map(object({
    name         = string
    pool         = string
    pool_comment = string
    storage_id   = string
    server       = string
    datastore    = string
    namespace    = string
    fingerprint  = optional(string)
    encryption   = optional(bool, false)
    schedule     = string
    mode         = optional(string, "snapshot")
    disk_storage = optional(string)
  }))

  validation {
    condition     = length(var.backup_tiers) > 0
    error_message = "backup_tiers is empty, so that no guest would be backed up. Write it from the policy: holdfast tofu vars --out holdfast.auto.tfvars.json"
  }

  validation {
    condition     = alltrue([for id in keys(var.backup_tiers) : can(regex("^[1-9][0-9]*$", id))])
    error_message = "Each key of backup_tiers is the number of a tier (1, 2, 3 ...); these are none: ${join(", ", [for id in keys(var.backup_tiers) : id if !can(regex("^[1-9][0-9]*$", id))])}."
  }

  validation {
    condition     = length(distinct([for tier in var.backup_tiers : tier.pool])) == length(var.backup_tiers)
    error_message = "Two tiers name one pool. A guest would have two promises: give each tier a pool of its own in the policy."
  }

  validation {
    condition     = alltrue(flatten([for tier in var.backup_tiers : [for other in var.backup_tiers : !startswith(other.pool, "${tier.pool}/")]]))
    error_message = "A tier's pool lies below another tier's pool. Who reads the outer one believes that its job takes both: give each a pool that holds no other."
  }
}

variable "backup_token_id" {
  description = "Login of the storages on PBS, `user@realm!name`. It needs DatastoreBackup on the site's namespace and nothing more: whoever takes over a node can then delete no backup."
  type        = string

  validation {
    condition     = can(regex("^[^@!]+@[^@!]+![^@!]+$", var.backup_token_id))
    error_message = "backup_token_id is an API token of PBS, user@realm!name, such as pve@pbs!backup. A user's own password is not taken: it could do more than write backups."
  }
}

variable "backup_token_secret" {
  description = "Secret of that token. Give it as TF_VAR_backup_token_secret."
  type        = string
  sensitive   = true
}

variable "make_jobs" {
  description = "Also make the backup jobs. Leave it off where Holdfast runs: it makes them (hf-tier-N), and two jobs on one group prune and block each other."
  type        = bool
  default     = false
}

variable "purposes" {
  description = "What Holdfast may do on PVE, one token each: `audit` (look), `apply` (make jobs), `drill` (restore into the pool drill), `move` (put guests into pools), `retry` (repeat failed backups), `pressure` (suspend jobs while a datastore fills). A daemon that only watches needs `audit`."
  type        = set(string)
  default     = ["audit"]

  validation {
    condition     = alltrue([for purpose in var.purposes : contains(["audit", "apply", "drill", "move", "retry", "pressure"], purpose)])
    error_message = "purposes are audit, apply, drill, move, retry and pressure; unknown here: ${join(", ", [for purpose in var.purposes : purpose if !contains(["audit", "apply", "drill", "move", "retry", "pressure"], purpose)])}. Rights on PBS are not made here: holdfast grants prints the commands."
  }
}

variable "retry_storages" {
  description = "With the purpose `retry`: PVE storages of the tiers, `pbs-tier-1` and so on. `holdfast serve` refuses a token that reaches any other."
  type        = set(string)
  default     = []

  validation {
    condition     = contains(var.purposes, "retry") == (length(var.retry_storages) > 0)
    error_message = "retry_storages and the purpose retry belong together: a token that repeats backups may write to the storages named here, and to no other."
  }
}

variable "pressure_storages" {
  description = "With the purpose `pressure`: PVE storages of the tiers that `pressure` of the policy names, and of no other. Whoever has the token may remove these storages, with their encryption keys."
  type        = set(string)
  default     = []

  validation {
    condition     = contains(var.purposes, "pressure") == (length(var.pressure_storages) > 0)
    error_message = "pressure_storages and the purpose pressure belong together: a token that suspends jobs may change those that write to the storages named here, and no other."
  }
}

variable "expiration_date" {
  description = "When the tokens end, RFC 3339; null for never."
  type        = string
  default     = null
}

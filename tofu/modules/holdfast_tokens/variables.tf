variable "purposes" {
  description = "What Holdfast may do on PVE, one token each: `audit` (look), `apply` (make jobs), `drill` (restore into the pool drill), `move` (put guests into pools). A daemon that only watches needs `audit`."
  type        = set(string)
  default     = ["audit"]

  validation {
    condition     = alltrue([for purpose in var.purposes : contains(["audit", "apply", "drill", "move"], purpose)])
    error_message = "purposes are audit, apply, drill and move; unknown here: ${join(", ", [for purpose in var.purposes : purpose if !contains(["audit", "apply", "drill", "move"], purpose)])}. Rights on PBS are not made here: holdfast grants prints the commands."
  }
}

variable "expiration_date" {
  description = "When the tokens end, RFC 3339; null for never."
  type        = string
  default     = null
}

mock_provider "proxmox" {}

run "audit_only" {
  command = plan

  assert {
    condition     = length(proxmox_user_token.holdfast) == 1 && proxmox_user_token.holdfast["audit"].privileges_separation
    error_message = "one separated token"
  }

  assert {
    condition     = !anytrue([for role in proxmox_virtual_environment_role.holdfast : contains(role.privileges, "Sys.Modify")])
    error_message = "the audit token changes nothing"
  }
}

run "two_users" {
  command = plan

  variables {
    purposes = ["apply", "drill"]
  }

  assert {
    condition     = length(proxmox_virtual_environment_user.holdfast) == 2 && length(proxmox_acl.user) == length(proxmox_acl.token)
    error_message = "drills have a user of their own, and each right is given to user and token"
  }
}

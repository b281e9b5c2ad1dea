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

run "repeat_and_suspend" {
  command = plan

  variables {
    purposes          = ["retry", "pressure"]
    retry_storages    = ["pbs-tier-1", "pbs-tier-4"]
    pressure_storages = ["pbs-tier-4"]
  }

  assert {
    condition     = toset([for acl in proxmox_acl.token : "${acl.path} ${acl.propagate}"]) == toset(["/ false", "/storage/pbs-tier-1 true", "/storage/pbs-tier-4 true", "/vms true"])
    error_message = "rights on the storages that were named, and on the root alone"
  }

  assert {
    condition     = length(proxmox_virtual_environment_user.holdfast) == 2 && length(proxmox_acl.user) == length(proxmox_acl.token) && length(proxmox_acl.user) == 5
    error_message = "each purpose has a user of its own, and each right is given to user and token"
  }
}

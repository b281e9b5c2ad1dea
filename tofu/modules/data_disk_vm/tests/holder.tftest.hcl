mock_provider "proxmox" {}

variables {
  name        = "postgres-data"
  vm_id       = 1001
  node_name   = "pve1"
  backup_tier = "1"
  disks       = { data = { size_gib = 100 }, wal = { size_gib = 20 } }
}

run "through_the_consumer" {
  command = plan

  assert {
    condition     = !proxmox_virtual_environment_vm.holder.started && !proxmox_virtual_environment_vm.holder.on_boot && proxmox_virtual_environment_vm.holder.protection
    error_message = "the holder must never start and must be protected"
  }

  assert {
    condition     = alltrue([for disk in proxmox_virtual_environment_vm.holder.disk : !disk.backup && disk.datastore_id == "zfs-longhorn"])
    error_message = "no disk of the holder is backed up through it, and each lies on zfs-longhorn"
  }

  assert {
    condition     = length(proxmox_pool_membership.holder) == 0
    error_message = "the holder must be in no pool"
  }

  assert {
    condition     = length(output.consumer_disks) == 2 && alltrue([for disk in output.consumer_disks : disk.backup])
    error_message = "the consumer must back up both disks"
  }

  assert {
    condition     = contains(proxmox_virtual_environment_vm.holder.tags, "tier-1") && contains(proxmox_virtual_environment_vm.holder.tags, "data-vm")
    error_message = "the tags must say what it is and its tier"
  }
}

run "through_the_holder" {
  command = plan

  variables {
    backed_up_through = "holder"
  }

  assert {
    condition     = alltrue([for disk in proxmox_virtual_environment_vm.holder.disk : disk.backup]) && alltrue([for disk in output.consumer_disks : !disk.backup])
    error_message = "each disk is backed up once, through the holder"
  }

  assert {
    condition     = proxmox_pool_membership.holder[0].pool_id == "tier-1"
    error_message = "the holder must be in the pool of its tier"
  }
}

run "a_tier_by_its_name" {
  command = plan

  variables {
    backup_tier = "Cache and temporary"
  }

  assert {
    condition     = output.backup_tier == "4" && output.pool == "tier-4"
    error_message = "the name must stand for the number"
  }
}

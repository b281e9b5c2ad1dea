mock_provider "proxmox" {}

variables {
  name        = "postgres"
  vm_id       = 101
  node_name   = "pve1"
  backup_tier = "1"
  disks       = [{ size_gib = 32, storage = "local-zfs" }]
  data_disks = [{
    datastore_id      = "zfs-longhorn"
    path_in_datastore = "vm-1001-disk-0"
    file_format       = "raw"
    size              = 100
    backup            = true
  }]
}

run "in_its_tier" {
  command = plan

  assert {
    condition     = proxmox_pool_membership.tier.pool_id == "tier-1" && proxmox_pool_membership.tier.vm_id == 101
    error_message = "the VM must be in the pool of its tier"
  }

  assert {
    condition     = proxmox_virtual_environment_vm.guest.disk[1].interface == "scsi1" && proxmox_virtual_environment_vm.guest.disk[1].path_in_datastore == "vm-1001-disk-0" && proxmox_virtual_environment_vm.guest.disk[1].backup
    error_message = "the data disk follows the own ones and is backed up"
  }
}

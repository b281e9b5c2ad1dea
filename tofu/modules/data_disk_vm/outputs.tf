output "vm_id" {
  description = "Number of the holder. With `backed_up_through = \"consumer\"` it belongs into no backup job."
  value       = proxmox_virtual_environment_vm.holder.vm_id
}

output "backup_tier" {
  description = "Number of the tier. The consumer of the disks must have the same or a stronger one."
  value       = local.tier_id
}

output "pool" {
  description = "Pool of that tier, for the consumer."
  value       = local.tier.pool
}

output "consumer_disks" {
  description = "The disks for the guest that uses them: what `protected_vm` takes as `data_disks`, and what a `disk` block of a VM of yours needs. `backup` is right for `backed_up_through`: true exactly where the holder's is false, so that each disk is backed up once."
  value = [
    for disk in proxmox_virtual_environment_vm.holder.disk : {
      datastore_id      = disk.datastore_id
      path_in_datastore = disk.path_in_datastore
      file_format       = disk.file_format
      size              = disk.size
      backup            = !local.through_holder
    }
  ]
}

output "vm_id" {
  description = "Number of the VM."
  value       = proxmox_virtual_environment_vm.guest.vm_id
}

output "backup_tier" {
  description = "Number of its tier."
  value       = local.tier_id
}

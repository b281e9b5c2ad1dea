output "pools" {
  description = "Pool of each tier, by the tier's number. Known only once the pool is there, so that what uses it waits for it."
  value       = { for id, pool in proxmox_virtual_environment_pool.tier : id => pool.pool_id }
}

output "tiers" {
  description = "What `data_disk_vm` and `protected_vm` take as `tiers`: name, pool and disk storage of each tier."
  value = {
    for id, tier in var.backup_tiers : id => {
      name         = tier.name
      pool         = proxmox_virtual_environment_pool.tier[id].pool_id
      disk_storage = tier.disk_storage
    }
  }
}

output "storages" {
  description = "PBS storage of each tier on PVE, by the tier's number."
  value       = { for id, storage in proxmox_storage_pbs.tier : id => storage.id }
}

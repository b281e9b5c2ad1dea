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

output "encryption_keys" {
  description = "Keys that PVE made for the storages of encrypted tiers, by the tier's number. Save them away from what they encrypt right after the first apply: when a storage is changed in place the provider forgets its key, and then only the nodes have it."
  value       = { for id, storage in proxmox_storage_pbs.tier : id => storage.generated_encryption_key if var.backup_tiers[id].encryption }
  sensitive   = true
}

locals {
  tier_id = contains(keys(var.tiers), var.backup_tier) ? var.backup_tier : one([for id, tier in var.tiers : id if tier.name == var.backup_tier])
  tier    = var.tiers[local.tier_id]
  storage = coalesce(var.storage, local.tier.disk_storage, "zfs-longhorn")

  through_holder = var.backed_up_through == "holder"
  disks          = { for index, name in sort(keys(var.disks)) : name => { index = index, size_gib = var.disks[name].size_gib } }
}

resource "proxmox_virtual_environment_vm" "holder" {
  name        = var.name
  vm_id       = var.vm_id
  node_name   = var.node_name
  description = "Holds data disks that another guest uses. Never started. Backed up through the ${var.backed_up_through}."
  tags        = sort(distinct(concat(["data-vm", "tier-${local.tier_id}"], [for tag in var.tags : lower(tag)])))

  started    = false
  on_boot    = false
  protection = true

  cpu {
    cores = 1
  }

  memory {
    dedicated = 64
  }

  dynamic "disk" {
    for_each = local.disks

    content {
      interface    = "scsi${disk.value.index}"
      datastore_id = local.storage
      file_format  = "raw"
      size         = disk.value.size_gib
      backup       = local.through_holder
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Only for the other way round: a holder in a pool is taken by the pool's job.
resource "proxmox_pool_membership" "holder" {
  count = local.through_holder ? 1 : 0

  pool_id = local.tier.pool
  vm_id   = proxmox_virtual_environment_vm.holder.vm_id
}

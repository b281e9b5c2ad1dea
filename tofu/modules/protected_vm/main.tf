locals {
  tier_id = contains(keys(var.tiers), var.backup_tier) ? var.backup_tier : one([for id, tier in var.tiers : id if tier.name == var.backup_tier])
  tier    = var.tiers[local.tier_id]
  storage = coalesce(local.tier.disk_storage, "zfs-longhorn")
}

resource "proxmox_virtual_environment_vm" "guest" {
  name      = var.name
  vm_id     = var.vm_id
  node_name = var.node_name
  tags      = sort(distinct(concat(["tier-${local.tier_id}"], [for tag in var.tags : lower(tag)])))

  started       = var.started
  on_boot       = var.started
  scsi_hardware = "virtio-scsi-single"

  # Without this the provider waits 15 minutes for an address from an agent that a fresh disk does not have yet.
  agent {
    enabled = var.agent

    wait_for_ip {
      disabled = true
    }
  }

  cpu {
    cores = var.cores
    type  = var.cpu_type
  }

  memory {
    dedicated = var.memory_mib
  }

  dynamic "disk" {
    for_each = var.disks

    content {
      interface    = "scsi${disk.key}"
      datastore_id = coalesce(disk.value.storage, local.storage)
      file_format  = "raw"
      size         = disk.value.size_gib
      backup       = disk.value.backup
    }
  }

  dynamic "disk" {
    for_each = var.data_disks

    content {
      interface         = "scsi${length(var.disks) + disk.key}"
      datastore_id      = disk.value.datastore_id
      path_in_datastore = disk.value.path_in_datastore
      file_format       = disk.value.file_format
      size              = disk.value.size
      backup            = disk.value.backup
    }
  }

  dynamic "network_device" {
    for_each = var.bridge == null ? [] : [var.bridge]

    content {
      bridge = network_device.value
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# The pool is what the tier's backup job takes.
resource "proxmox_pool_membership" "tier" {
  pool_id = local.tier.pool
  vm_id   = proxmox_virtual_environment_vm.guest.vm_id
}

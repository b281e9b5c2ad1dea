# One pool and one storage for each tier. Namespaces lie on PBS, which this provider does not speak to:
# make them before the first apply (the guide says how).

locals {
  pools = [for tier in var.backup_tiers : split("/", tier.pool)]
  # A nested pool needs its parents; PVE takes three levels.
  outer = toset([for parts in local.pools : parts[0] if length(parts) > 1])
  inner = toset([for parts in local.pools : "${parts[0]}/${parts[1]}" if length(parts) > 2])
}

resource "proxmox_virtual_environment_pool" "outer" {
  for_each = local.outer

  pool_id = each.value
}

resource "proxmox_virtual_environment_pool" "inner" {
  for_each = local.inner

  pool_id    = each.value
  depends_on = [proxmox_virtual_environment_pool.outer]
}

resource "proxmox_virtual_environment_pool" "tier" {
  for_each = var.backup_tiers

  pool_id    = each.value.pool
  comment    = each.value.pool_comment
  depends_on = [proxmox_virtual_environment_pool.inner]
}

resource "proxmox_storage_pbs" "tier" {
  for_each = var.backup_tiers

  id                      = each.value.storage_id
  server                  = each.value.server
  datastore               = each.value.datastore
  namespace               = each.value.namespace
  fingerprint             = each.value.fingerprint
  username                = var.backup_token_id
  password                = var.backup_token_secret
  content                 = ["backup"]
  generate_encryption_key = each.value.encryption ? true : null

  # PBS prunes, by the job that was proved. Nothing else may.
  backups {
    keep_all = true
  }

  lifecycle {
    # PVE keeps the generated key with the storage: gone with it, no encrypted point could be read.
    prevent_destroy = true
    # PVE tells neither, so that a storage that was imported would be made anew. A new secret: pvesm set ID --password.
    ignore_changes = [password, generate_encryption_key]
  }
}

resource "proxmox_backup_job" "tier" {
  for_each = var.make_jobs ? var.backup_tiers : {}

  id            = "tofu-tier-${each.key}"
  pool          = proxmox_virtual_environment_pool.tier[each.key].pool_id
  storage       = proxmox_storage_pbs.tier[each.key].id
  schedule      = each.value.schedule
  mode          = each.value.mode
  enabled       = true
  repeat_missed = true
  prune_backups = { "keep-all" = "1" }
}

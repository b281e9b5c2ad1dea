# Beside the modules, what a homelab has that grew by hand: a VM of its own and a storage.
resource "proxmox_virtual_environment_vm" "web" {
  name      = "web"
  vm_id     = 110
  node_name = var.node_name
  tags      = ["tier-2"]
  started   = false

  disk {
    interface    = "scsi0"
    datastore_id = "local-zfs"
    file_format  = "raw"
    size         = 8
  }
}

resource "proxmox_pool_membership" "web" {
  pool_id = module.backup_tiers.pools["2"]
  vm_id   = proxmox_virtual_environment_vm.web.vm_id
}

resource "proxmox_storage_pbs" "extra" {
  id          = "pbs-extra"
  server      = var.backup_tiers["1"].server
  datastore   = "main"
  namespace   = "home/tier-1"
  fingerprint = var.backup_tiers["1"].fingerprint
  username    = var.backup_token_id
  password    = var.backup_token_secret
  content     = ["backup"]

  backups {
    keep_all = true
  }
}

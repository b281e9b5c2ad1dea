# The tiers of ADR-005 as code. The map is written from the policy beside this folder:
#   holdfast tofu vars --policy ../holdfast.yaml --out holdfast.auto.tfvars.json
module "backup_tiers" {
  source = "../../../modules/backup_tiers"

  backup_tiers        = var.backup_tiers
  backup_token_id     = var.backup_token_id
  backup_token_secret = var.backup_token_secret
}

output "encryption_keys" {
  description = "Keys of encrypted tiers, to be saved away from what they encrypt."
  value       = module.backup_tiers.encryption_keys
  sensitive   = true
}

module "postgres_data" {
  source = "../../../modules/data_disk_vm"

  name        = "postgres-data"
  vm_id       = 1001
  node_name   = var.node_name
  backup_tier = 1
  tiers       = module.backup_tiers.tiers
  disks       = { data = { size_gib = 100 } }
}

module "postgres" {
  source = "../../../modules/protected_vm"

  name        = "postgres"
  vm_id       = 101
  node_name   = var.node_name
  backup_tier = 1
  tiers       = module.backup_tiers.tiers
  tags        = ["database", "production"]
  cores       = 4
  memory_mib  = 8192
  disks       = [{ size_gib = 32, storage = var.system_storage }]
  data_disks  = module.postgres_data.consumer_disks
}

# Tier 1 by ADR-005. A PBS that keeps the backups of itself loses both together: give this guest's tier another PBS,
# or keep its configuration elsewhere (HF-PBS-INSIDE says so in holdfast check and status).
module "pbs_data" {
  source = "../../../modules/data_disk_vm"

  name        = "pbs-data"
  vm_id       = 1002
  node_name   = var.node_name
  backup_tier = 1
  tiers       = module.backup_tiers.tiers
  disks       = { data = { size_gib = 64 } }
}

module "pbs" {
  source = "../../../modules/protected_vm"

  name        = "pbs"
  vm_id       = 102
  node_name   = var.node_name
  backup_tier = 1
  tiers       = module.backup_tiers.tiers
  tags        = ["backup", "infrastructure"]
  cores       = 4
  memory_mib  = 8192
  disks       = [{ size_gib = 32, storage = var.system_storage }]
  data_disks  = module.pbs_data.consumer_disks
}

module "ollama_data" {
  source = "../../../modules/data_disk_vm"

  name        = "ollama-data"
  vm_id       = 1003
  node_name   = var.node_name
  backup_tier = 4
  tiers       = module.backup_tiers.tiers
  disks       = { models = { size_gib = 300 } }
}

module "ollama" {
  source = "../../../modules/protected_vm"

  name        = "ollama"
  vm_id       = 103
  node_name   = var.node_name
  backup_tier = 4
  tiers       = module.backup_tiers.tiers
  tags        = ["ai"]
  cores       = 8
  memory_mib  = 32768
  disks       = [{ size_gib = 32, storage = var.system_storage }]
  data_disks  = module.ollama_data.consumer_disks
}

module "sandbox_data" {
  source = "../../../modules/data_disk_vm"

  name        = "sandbox-data"
  vm_id       = 1004
  node_name   = var.node_name
  backup_tier = 3
  tiers       = module.backup_tiers.tiers
  disks       = { data = { size_gib = 50 } }
}

module "sandbox" {
  source = "../../../modules/protected_vm"

  name        = "sandbox"
  vm_id       = 104
  node_name   = var.node_name
  backup_tier = 3
  tiers       = module.backup_tiers.tiers
  tags        = ["dev"]
  disks       = [{ size_gib = 32, storage = var.system_storage }]
  data_disks  = module.sandbox_data.consumer_disks
}

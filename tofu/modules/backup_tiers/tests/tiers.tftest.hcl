mock_provider "proxmox" {}

variables {
  backup_token_id     = "pve@pbs!backup"
  backup_token_secret = "not-a-secret"
  backup_tiers = {
    1 = { name = "Critical production", pool = "tier-1", pool_comment = "c", storage_id = "pbs-tier-1", server = "pbs.lan", datastore = "main", namespace = "home/tier-1", schedule = "02:00", encryption = true }
    2 = { name = "Standard application", pool = "tier-2", pool_comment = "c", storage_id = "pbs-tier-2", server = "pbs.lan", datastore = "main", namespace = "home/tier-2", schedule = "sun 03:00" }
  }
}

run "places_only" {
  command = plan

  assert {
    condition     = length(proxmox_virtual_environment_pool.tier) == 2 && proxmox_storage_pbs.tier["2"].namespace == "home/tier-2"
    error_message = "each tier has a pool, and a storage in its namespace"
  }

  assert {
    condition     = proxmox_storage_pbs.tier["1"].generate_encryption_key && proxmox_storage_pbs.tier["1"].backups.keep_all
    error_message = "the promised key is made, and PVE prunes nothing"
  }

  assert {
    condition     = length(proxmox_backup_job.tier) == 0
    error_message = "jobs are Holdfast's unless asked for"
  }
}

run "with_jobs" {
  command = plan

  variables {
    make_jobs = true
  }

  assert {
    condition     = proxmox_backup_job.tier["2"].pool == "tier-2" && proxmox_backup_job.tier["2"].storage == "pbs-tier-2" && proxmox_backup_job.tier["2"].prune_backups["keep-all"] == "1"
    error_message = "the job takes its tier's pool to its tier's storage and prunes nothing"
  }
}

run "nested_pools" {
  command = plan

  variables {
    backup_tiers = {
      1 = { name = "A", pool = "home/db/tier-1", pool_comment = "", storage_id = "pbs-tier-1", server = "pbs.lan", datastore = "main", namespace = "n", schedule = "02:00" }
      2 = { name = "B", pool = "home/tier-2", pool_comment = "", storage_id = "pbs-tier-2", server = "pbs.lan", datastore = "main", namespace = "m", schedule = "02:00" }
      3 = { name = "C", pool = "lab/tier-3", pool_comment = "", storage_id = "pbs-tier-3", server = "pbs.lan", datastore = "main", namespace = "o", schedule = "02:00" }
    }
  }

  assert {
    condition     = keys(proxmox_virtual_environment_pool.outer) == ["home", "lab"] && keys(proxmox_virtual_environment_pool.inner) == ["home/db"]
    error_message = "parents are made that are no tier's own pool"
  }
}

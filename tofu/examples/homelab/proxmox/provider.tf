# PROXMOX_VE_ENDPOINT and PROXMOX_VE_API_TOKEN come from the environment.
provider "proxmox" {}

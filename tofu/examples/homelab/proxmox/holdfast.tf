# Logins for Holdfast on PVE: one that only watches, one that makes jobs. On PBS run what `holdfast grants` prints.
module "holdfast_tokens" {
  source = "../../../modules/holdfast_tokens"

  purposes = ["audit", "apply"]
}

output "holdfast_tokens" {
  description = "For HOLDFAST_PVE_TOKEN and HOLDFAST_PVE_APPLY_TOKEN: tofu output -json holdfast_tokens"
  value       = module.holdfast_tokens.tokens
  sensitive   = true
}

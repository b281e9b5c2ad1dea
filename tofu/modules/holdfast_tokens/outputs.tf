output "tokens" {
  description = "Secret of each token as the policy takes it (`token: \"env:...\"`), by purpose: `user@realm!name=secret`. PVE tells it once; it stands in the state from then on, so keep the state where secrets may lie."
  value       = { for purpose, token in proxmox_user_token.holdfast : purpose => token.value }
  sensitive   = true
}

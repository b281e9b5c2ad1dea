# rights.json is written from Holdfast's own list (scripts/tofu-docs.mjs), and a test compares the two.
locals {
  rights = { for purpose, right in jsondecode(file("${path.module}/rights.json")) : purpose => right if contains(var.purposes, purpose) }
  users  = toset([for right in local.rights : right.user])
  roles  = merge([for purpose, right in local.rights : { for role in right.roles : role.role => merge(role, { purpose = purpose, user = right.user }) }]...)
}

resource "proxmox_virtual_environment_user" "holdfast" {
  for_each = local.users

  user_id = each.value
  comment = "Holdfast"
}

resource "proxmox_virtual_environment_role" "holdfast" {
  for_each = local.roles

  role_id    = each.key
  privileges = each.value.privileges
}

resource "proxmox_user_token" "holdfast" {
  for_each = local.rights

  user_id               = proxmox_virtual_environment_user.holdfast[each.value.user].user_id
  token_name            = each.key
  comment               = "Holdfast, ${each.key}"
  expiration_date       = var.expiration_date
  privileges_separation = true
}

# A token never has more than its user, so that each right is given to both.
resource "proxmox_acl" "user" {
  for_each = local.roles

  path      = each.value.path
  role_id   = proxmox_virtual_environment_role.holdfast[each.key].role_id
  user_id   = proxmox_virtual_environment_user.holdfast[each.value.user].user_id
  propagate = true
}

resource "proxmox_acl" "token" {
  for_each = local.roles

  path      = each.value.path
  role_id   = proxmox_virtual_environment_role.holdfast[each.key].role_id
  token_id  = proxmox_user_token.holdfast[each.value.purpose].id
  propagate = true
}

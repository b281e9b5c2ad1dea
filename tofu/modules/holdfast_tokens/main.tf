# rights.json is written from Holdfast's own list (scripts/tofu-docs.mjs), and a test compares the two.
locals {
  rights = { for purpose, right in jsondecode(file("${path.module}/rights.json")) : purpose => right if contains(var.purposes, purpose) }
  users  = toset([for right in local.rights : right.user])
  # A right on storages is given on each that was named, and on no other.
  storages = { retry = var.retry_storages, pressure = var.pressure_storages }
  grants = merge([for name, role in local.roles : {
    for storage in strcontains(role.path, "{storage}") ? lookup(local.storages, role.purpose, toset([])) : toset([""]) :
    storage == "" ? name : "${name} ${storage}" => merge(role, { role = name, path = replace(role.path, "{storage}", storage) })
  }]...)
  roles = merge([for purpose, right in local.rights : { for role in right.roles : role.role => merge(role, { purpose = purpose, user = right.user }) }]...)
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
  for_each = local.grants

  path      = each.value.path
  role_id   = proxmox_virtual_environment_role.holdfast[each.value.role].role_id
  user_id   = proxmox_virtual_environment_user.holdfast[each.value.user].user_id
  propagate = each.value.propagate
}

resource "proxmox_acl" "token" {
  for_each = local.grants

  path      = each.value.path
  role_id   = proxmox_virtual_environment_role.holdfast[each.value.role].role_id
  token_id  = proxmox_user_token.holdfast[each.value.purpose].id
  propagate = each.value.propagate
}

/**
 * Whether a login may add snapshots to a group: it is the owner, or the user of the token that is. A token never writes into a group of
 * its user, nor into that of another token.
 * @see https://git.proxmox.com/?p=proxmox-backup.git;a=blob;f=pbs-datastore/src/datastore.rs (check_backup_owner)
 */
export function mayWrite(owner: string, login: string): boolean {
  return owner === login || (owner.includes('!') && owner.slice(0, owner.indexOf('!')) === login);
}

/** A call of PBS's own API as root makes it on the server's console; it needs no password and exists in every version. */
export function pbsCall(
  method: 'create' | 'delete',
  call: 'groups' | 'snapshots' | 'verify' | 'move-group',
  where: { readonly datastore: string; readonly namespace: string; readonly group: { readonly type: string; readonly id: string } },
  more: Readonly<Record<string, string | number>> = {},
): string {
  const { datastore, namespace, group } = where;
  const params = { ...(namespace === '' ? {} : { ns: namespace }), 'backup-type': group.type, 'backup-id': group.id, ...more };
  const options = Object.entries(params).map(([name, value]) => `--${name} ${value}`);
  return `proxmox-backup-debug api ${method} /admin/datastore/${datastore}/${call} ${options.join(' ')}`;
}

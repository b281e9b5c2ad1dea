import { utcText } from '../zone.ts';
import type { GroupState } from './state.ts';

/** PBS shows its own structures in some refusals; so does the lab. */
export function debugGroup(store: string, ns: string, group: Pick<GroupState, 'type' | 'id'>): string {
  return `BackupGroup { store: "${store}", ns: ${debugNamespace(ns)}, group: ${debugInner(group)} }`;
}

export function debugSnapshot(
  store: string,
  ns: string,
  { group, time }: { readonly group: Pick<GroupState, 'type' | 'id'>; readonly time: number },
): string {
  const dir = `BackupDir { group: ${debugInner(group)}, time: ${time} }`;
  return `BackupDir { store: "${store}", ns: ${debugNamespace(ns)}, dir: ${dir}, backup_time_string: "${utcText(time)}" }`;
}

function debugInner({ type, id }: Pick<GroupState, 'type' | 'id'>): string {
  return `BackupGroup { ty: ${type.charAt(0).toUpperCase()}${type.slice(1)}, id: "${id}" }`;
}

function debugNamespace(ns: string): string {
  const levels = ns === '' ? [] : ns.split('/');
  const length = ns === '' ? 0 : ns.length;
  return `BackupNamespace { inner: [${levels.map((level) => `"${level}"`).join(', ')}], len: ${length} }`;
}

import type { Access } from '../auth.ts';

/** A PVE cluster. Plain data. */
export type PveState = {
  product: 'pve';
  version: { release: string; repoid: string; version: string };
  access: Access;
};

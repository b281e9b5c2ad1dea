import type { Access } from '../auth.ts';

/** A PBS server. Plain data. */
export type PbsState = {
  product: 'pbs';
  version: { release: string; repoid: string; version: string };
  /** Zone of the host: calendar events and prune periods are counted in it. */
  timeZone: string;
  access: Access;
};

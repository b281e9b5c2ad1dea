/** A hazard that a scenario holds on purpose: what a reader of the site must find, and where. */
export type Planted = {
  /** Short name of the hazard; the finding's code is its business, this is ours. */
  readonly hazard: string;
  /** What it is planted on: a guest, a job, a storage, a datastore, a node, as Proxmox names it. */
  readonly where: { readonly kind: PlantedKind; readonly id: string };
  /** Others of the same kind that it touches. */
  readonly also?: readonly string[];
  /** What is wrong, in words. */
  readonly what: string;
};

export type PlantedKind =
  | 'guest'
  | 'backup-job'
  | 'prune-job'
  | 'verify-job'
  | 'sync-job'
  | 'storage'
  | 'datastore'
  | 'namespace'
  | 'group'
  | 'node'
  | 'pbs'
  | 'tier';

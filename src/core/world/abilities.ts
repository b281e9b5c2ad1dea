import type { ServerVersion } from './actual.ts';

/** What only newer servers can do, among what Holdfast asks of them. Everything else PVE 8.4 and PBS 3.2 know already. */
export type Ability =
  /** Sync jobs that push, and the option `sync-direction` itself. */
  | 'push-sync'
  /** `POST …/move-group`: a group goes to another namespace with its history, protection and owner. */
  | 'group-move'
  /** Rights on a guest's agent that are not `VM.Monitor`. */
  | 'agent-rights';

type Since = { readonly product: 'pve' | 'pbs'; readonly numbers: readonly number[] };

/** @see https://git.proxmox.com/?p=proxmox-backup.git;a=blob;f=debian/changelog https://pve.proxmox.com/wiki/Roadmap */
const SINCE: Readonly<Record<Ability, Since>> = {
  'push-sync': { product: 'pbs', numbers: [3, 2, 11] },
  'group-move': { product: 'pbs', numbers: [4, 1, 9] },
  'agent-rights': { product: 'pve', numbers: [9] },
};

/** Whether a server can do it. One whose version is not known can do nothing that came later. */
export function can(version: ServerVersion | undefined, ability: Ability): boolean {
  const { product, numbers } = SINCE[ability];
  if (version?.product !== product) return false;
  for (const [i, number] of numbers.entries()) {
    const have = version.numbers[i] ?? 0;
    if (have !== number) return have > number;
  }
  return true;
}

/** `PBS 3.2.11`, for messages. */
export function firstWith(ability: Ability): string {
  const { product, numbers } = SINCE[ability];
  return `${product.toUpperCase()} ${numbers.length === 1 ? `${numbers[0]}.0` : numbers.join('.')}`;
}

import { parentPort } from 'node:worker_threads';
import type { Policy } from '#core/policy/policy.ts';
import { proveWhole } from '#core/retention/whole.ts';

/* The thread in which a policy is proved, so that nobody who types holds up the watch. */

type Asked = { readonly policy: Pick<Policy, 'sites' | 'tiers' | 'assume'>; readonly now: number };

parentPort?.on('message', ({ policy, now }: Asked) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort?.postMessage({ proved: proveWhole(policy, now) });
});

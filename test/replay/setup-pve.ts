import { SCENARIOS } from '#lab/scenarios/scenarios.ts';
import type { PveState } from '#lab/pve/state.ts';

/** The PVE as it was before the first recorded call. */
export function makePve(now: number, secret: string): PveState {
  const pve = Object.values(SCENARIOS['empty']!(now).pve)[0]!;
  pve.access.users['root@pam'] = { enabled: true, tokens: { hf: { secret, separate: false } } };
  return pve;
}

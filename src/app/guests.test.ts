import { expect, test } from 'vitest';
import { makeTier, NOW } from '#test/make.ts';
import { rowOf, type GuestKnown } from './guests.ts';

const WELL = { posture: 'protected', because: 'x' } as const;
const OWED = { posture: 'attention', because: 'x' } as const;
const POINT = NOW - 3600;
const verify = { withinSeconds: 86_400, everySeconds: 30 * 86_400 };
const offsite = { remote: 'vault', direction: 'pull', withinSeconds: 172_800 } as const;

const LADDERS: readonly (readonly [name: string, guest: Partial<GuestKnown>, tier: Partial<Parameters<typeof makeTier>[0]>, states: string])[] = [
  ['the first point, not read and not copied yet', { promises: { rpo: WELL, offsite: { known: true } } }, { verify, offsite }, 'yes due due unproven'],
  ['read and copied', { promises: { rpo: WELL, offsite: { known: true, newestAt: POINT } }, verifiedAt: POINT }, { verify, offsite }, 'yes yes yes unproven'],
  ['not read and not copied in time', { promises: { rpo: WELL, verify: OWED, offsite: { known: true, owed: OWED } } }, { verify, offsite }, 'yes late late unproven'],
  ['a copy that could not be seen', { promises: { rpo: WELL, offsite: { known: false } } }, { offsite }, 'yes none unknown unproven'],
  ['nothing promised but the backup', { promises: { rpo: OWED } }, {}, 'late none none unproven'],
  ['a look that did not see it', {}, { verify, offsite }, 'unknown unknown unknown unproven'],
]; // prettier-ignore
for (const [name, guest, tier, states] of LADDERS)
  test(`how far a guest has come: ${name}`, () => {
    const known: GuestKnown = { site: 'home', vmid: 101, name: 'postgres', tier: 1, ...WELL, newestPointAt: POINT, ...guest };
    const { backedUp, verified, offsite: copied, restored } = rowOf(known, makeTier(tier)).ladder;
    expect([backedUp, verified, copied, restored].map(({ state }) => state).join(' ')).toBe(states);
  });

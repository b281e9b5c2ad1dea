import { aloneOf } from '#core/assess/alone.ts';
import { assess } from '#core/assess/assess.ts';
import { tellStory, type Story } from '#core/assess/story.ts';
import type { Site } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Live } from './live.ts';
import { atSiteTime } from './site-time.ts';

export type GuestStory = { readonly site: Site; readonly story: Story; readonly now: UnixSeconds };

/** The story of a guest by the last look at its site; undefined where that look is another replica's, or did not see it. */
export function storyOf(live: Live, siteName: string, vmid: number): GuestStory | undefined {
  const policy = live.policy();
  const site = policy.sites.find(({ name }) => name === siteName);
  const seen = live.seen(siteName);
  const guest = seen?.pve.guests.known ? seen.pve.guests.value.find((one) => one.vmid === vmid) : undefined;
  if (!site || !seen || !guest) return undefined;
  const input = { policy, site, ...atSiteTime(aloneOf(seen, guest), site, live.clock.now()) };
  const findings = live.watching().sites.find((one) => one.site === siteName)?.findings ?? [];
  return { site, story: tellStory(input, { ...assess(input), findings }, guest), now: input.now };
}

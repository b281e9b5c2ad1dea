import { STALE_SECONDS } from '#core/assess/judge.ts';
import { DAY_SECONDS, spellDuration, type UnixSeconds } from '#core/units.ts';
import type { Live } from './live.ts';
import type { SiteWatched } from './watching.ts';

/** Where what is said of a site is from, and as of when. */
export type SiteSource = {
  readonly site: string;
  readonly timeZone: string;
  readonly state: SiteWatched['state'];
  /** One sentence: what is seen of it and how well. */
  readonly because: string;
  /** Everything of it was seen, and lately. */
  readonly whole: boolean;
  readonly from: 'look' | 'memory';
  readonly asOf?: UnixSeconds;
  readonly unseen: readonly string[];
  readonly silent: readonly { readonly server: string; readonly because: string }[];
};

/** A site for each of the policy, in its order. What another replica watches is told by what that one wrote down. */
export async function siteSources({
  watching,
  memory,
  policy,
  clock,
}: Pick<Live, 'watching' | 'memory' | 'policy' | 'clock'>): Promise<readonly SiteSource[]> {
  const known = new Map(watching().sites.map((site) => [site.site, site]));
  const now = clock.now();
  return Promise.all(
    policy().sites.map(async ({ name: site, timeZone }): Promise<SiteSource> => {
      const found = known.get(site);
      if (found?.look && found.state !== 'elsewhere') return { site, timeZone, ...ofLook(found, found.look, now) };
      const state = found?.state ?? 'starting';
      const last = (await memory.looks(site, now - DAY_SECONDS)).at(-1);
      const base = {
        site,
        timeZone,
        state,
        from: 'memory',
        unseen: last?.trouble === undefined ? [] : [last.trouble],
        silent: [],
      } as const;
      if (found?.refusal !== undefined)
        return { ...base, whole: false, because: `it is not watched: ${found.refusal}`, ...(last && { asOf: last.at }) };
      if (!last) return { ...base, whole: false, because: 'it was not looked at yet' };
      const age = `${spellDuration(now - last.at)} ago`;
      const whole = last.outcome === 'complete' && now - last.at <= STALE_SECONDS && state === 'elsewhere';
      const who = state === 'elsewhere' ? 'another replica looked at it' : 'it was last looked at';
      return {
        ...base,
        whole,
        because: `${who} ${age}${last.trouble === undefined ? '' : `, and not all was seen: ${last.trouble}`}`,
        asOf: last.at,
      };
    }),
  );
}

function ofLook(
  { state, silent, unseen, refusal }: SiteWatched,
  { at, outcome, trouble }: NonNullable<SiteWatched['look']>,
  now: UnixSeconds,
): Omit<SiteSource, 'site' | 'timeZone'> {
  const about = { state, from: 'look', asOf: at, unseen, silent: silent.map(({ server, because }) => ({ server, because })) } as const;
  const [first] = silent;
  if (refusal !== undefined) return { ...about, whole: false, because: `it is not watched: ${refusal}` };
  if (first) return { ...about, whole: false, because: `${first.server} gives no sign of life: ${first.because}` };
  if (now - at > STALE_SECONDS) return { ...about, whole: false, because: `it was last looked at ${spellDuration(now - at)} ago` };
  if (outcome !== 'complete') return { ...about, whole: false, because: `not all was seen: ${trouble ?? unseen[0] ?? 'the look broke'}` };
  return { ...about, whole: true, because: 'everything was seen' };
}

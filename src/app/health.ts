import type { SiteWatched, Watching } from './watching.ts';
import { spellSilence } from '#core/watch/outage.ts';
import type { UnixSeconds } from '#core/units.ts';

/** Leases are renewed every three seconds: without one for this long the daemon hangs, or its memory is gone. */
const ROUND_SECONDS = 60;
/** A look of a large fleet takes minutes, and comes every ten. A site without one for this long is not watched, whatever the reason. */
const LOOK_SECONDS = 45 * 60;

export type Health = {
  readonly status: 'ok' | 'failing';
  /** Why not, in a sentence each. */
  readonly because: readonly string[];
  readonly version: string;
  readonly uptimeSeconds: number;
};

/**
 * Whether this process does its work. A site that is out is the site's trouble and no reason to restart the daemon: a look that saw nothing is a look.
 * A site that is not looked at for long is ours, also where it never was, or where its login could delete: with such a login no daemon starts.
 */
export function healthOf(watching: Watching, now: UnixSeconds): Health {
  const leasedAt = watching.leasedAt ?? watching.startedAt;
  const because = [
    ...(now - leasedAt > ROUND_SECONDS
      ? [`leases were last renewed ${now - leasedAt} s ago: ${watching.memoryTrouble ?? 'the daemon hangs'}`]
      : []),
    ...watching.sites.filter(({ state }) => state !== 'elsewhere').flatMap((site) => neglected(site, now)),
  ];
  return {
    status: because.length === 0 ? 'ok' : 'failing',
    because,
    version: watching.version,
    uptimeSeconds: Math.max(0, now - watching.startedAt),
  };
}

function neglected({ site, state, look, sinceAt, refusal, lastFailure }: SiteWatched, now: UnixSeconds): string[] {
  const lastAt = look?.at ?? sinceAt;
  if (lastAt === undefined || now - lastAt <= LOOK_SECONDS) return [];
  const because = state === 'refused' ? (refusal ?? 'a login could delete') : lastFailure;
  return [
    `${site} was ${look ? 'last' : 'not'} looked at ${look ? '' : 'for '}${now - lastAt} s${look ? ' ago' : ''}${because ? `: ${because}` : ''}`,
  ];
}

export type Readiness = {
  readonly status: 'ok' | 'starting';
  readonly because: readonly string[];
  /** What does not stand in the way, and somebody must know: that the database was lost. */
  readonly notices: readonly string[];
  readonly sites: readonly {
    readonly site: string;
    readonly state: string;
    readonly lookedAt?: UnixSeconds;
    readonly outcome?: string;
    readonly silent?: readonly string[];
  }[];
};

/** Ready when the memory can be written and each site that this replica watches was looked at once, with whatever outcome. */
export function readinessOf(watching: Watching, now: UnixSeconds): Readiness {
  const because = [
    ...healthOf(watching, now).because,
    ...(watching.leasedAt === undefined ? ['no lease was asked for yet'] : []),
    ...(watching.memoryTrouble === undefined ? [] : [watching.memoryTrouble]),
    ...watching.sites.flatMap(({ site, state, refusal }) => {
      if (state === 'starting') return [`${site} was not looked at yet`];
      return state === 'refused' ? [`${site} is not watched: ${refusal ?? 'a login could delete'}`] : [];
    }),
  ];
  return {
    status: because.length === 0 ? 'ok' : 'starting',
    because,
    notices: noticesOf(watching),
    sites: watching.sites.map(({ site, state, look, silent }) => ({
      site,
      state,
      ...(look && { lookedAt: look.at, outcome: look.outcome }),
      ...(silent.length > 0 && { silent: silent.map((one) => `${one.server}: ${spellSilence(one)}: ${one.because}`) }),
    })),
  };
}

function noticesOf({ sites }: Watching): readonly string[] {
  const lost = sites.flatMap(({ findings }) => findings.filter(({ code }) => code === 'HF-DATABASE-LOST').map(({ problem }) => problem));
  return [...new Set(lost)];
}

import type { SiteWatched, Watching } from './watching.ts';
import type { UnixSeconds } from '#core/units.ts';

/** Leases are renewed every three seconds: without one for this long the daemon hangs, or its memory is gone. */
const ROUND_SECONDS = 60;
/** A look of a large fleet takes minutes, and comes every ten. A watched site without one for this long has a worker that hangs. */
const LOOK_SECONDS = 45 * 60;

export type Health = {
  readonly status: 'ok' | 'failing';
  /** Why not, in a sentence each. */
  readonly because: readonly string[];
  readonly version: string;
  readonly uptimeSeconds: number;
};

/** Whether this process does its work. A site that is out is the site's trouble and no reason to restart the daemon. */
export function healthOf(watching: Watching, now: UnixSeconds): Health {
  const leasedAt = watching.leasedAt ?? watching.startedAt;
  const because = [
    ...(now - leasedAt > ROUND_SECONDS
      ? [`leases were last renewed ${now - leasedAt} s ago: ${watching.memoryTrouble ?? 'the daemon hangs'}`]
      : []),
    ...watching.sites.filter(({ state }) => state === 'watched').flatMap((site) => hanging(site, now)),
  ];
  return {
    status: because.length === 0 ? 'ok' : 'failing',
    because,
    version: watching.version,
    uptimeSeconds: Math.max(0, now - watching.startedAt),
  };
}

function hanging({ site, look }: SiteWatched, now: UnixSeconds): string[] {
  return look && now - look.at > LOOK_SECONDS ? [`${site} was last looked at ${now - look.at} s ago`] : [];
}

export type Readiness = {
  readonly status: 'ok' | 'starting';
  readonly because: readonly string[];
  /** What does not stand in the way, and somebody must know: that the database was lost. */
  readonly notices: readonly string[];
  readonly sites: readonly { readonly site: string; readonly state: string; readonly lookedAt?: UnixSeconds; readonly outcome?: string }[];
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
    sites: watching.sites.map(({ site, state, look }) => ({ site, state, ...(look && { lookedAt: look.at, outcome: look.outcome }) })),
  };
}

function noticesOf({ sites }: Watching): readonly string[] {
  const lost = sites.flatMap(({ findings }) => findings.filter(({ code }) => code === 'HF-DATABASE-LOST').map(({ problem }) => problem));
  return [...new Set(lost)];
}

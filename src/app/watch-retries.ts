import type { Assessment } from '#core/assess/assessment.ts';
import type { AuditEntry } from '#core/memory/record.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import { failedGuests, type FailedGuest } from '#core/retry/failed-guests.ts';
import { reverifyOf } from '#core/retry/reverify.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { GivenUp } from '#core/watch/late.ts';
import type { Actual, PbsTask } from '#core/world/actual.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { spellPoint, tierOfPlace } from '#core/ledger/place.ts';
import type { Clock, Lease, Memory, PointName, Repeater, Started } from './ports.ts';

export type RetriesInput = {
  readonly clock: Clock;
  readonly memory: Pick<Memory, 'recordPoints'>;
  readonly repeater: Repeater;
  readonly policy: Policy;
  readonly site: Site;
  readonly lease: Lease;
  /** The look that was written down just now, and what follows from it. */
  readonly actual: Actual;
  readonly assessment: Assessment;
  /** What the run before left behind. */
  readonly before?: RetriesSeen;
};

/** One thing that was to be started again, and what came of it. */
export type Retried = {
  readonly what: 'backup' | 'verify';
  /** `home: vm/101 postgres` */
  readonly on: string;
  readonly outcome: 'started' | 'busy' | 'nothing' | 'failed';
  readonly because: string;
};

/** What one run leaves to the next. */
export type RetriesSeen = {
  /** Until when each is left alone: what was started is seen by the next look, and what cannot be started is not asked for at every one. */
  readonly restUntil: ReadonlyMap<string, UnixSeconds>;
  readonly done: readonly Retried[];
  /** Guests whose failed backup needs a person, by vmid. */
  readonly givenUp: ReadonlyMap<number, GivenUp>;
};

const REST_SECONDS: Readonly<Record<Retried['outcome'], number>> = { started: 300, busy: 900, nothing: 900, failed: 3600 };

/**
 * Starts work again after a cycle was written down: backups of guests that failed for a passing reason, and verifications that a newer backup may
 * have mended; nothing where the policy names no `pve.retryToken`. Part of the cycle, not beside it: what it starts, the next look sees. Each
 * start is in the audit log before it is asked for. `lease-lost` where another holds the site by now.
 */
export async function seeToRetries(input: RetriesInput): Promise<RetriesSeen | 'lease-lost'> {
  const { clock, before } = input;
  const now = clock.now();
  const restUntil = new Map([...(before?.restUntil ?? [])].filter(([, at]) => now < at));
  const failed = await failedHere(input);
  const rested = [...backups(input, failed), ...verifications(input)].filter((work) => !restUntil.has(keyOf(work)));
  const done: Retried[] = [];
  for (const work of firstOfEach(rested)) {
    const retried = await start(input, work);
    if (retried === 'lease-lost') return retried;
    restUntil.set(keyOf(work), clock.now() + REST_SECONDS[retried.outcome]);
    done.push(retried);
  }
  const givenUp = new Map(failed.flatMap(({ guest, decision }) => (decision.act === 'give-up' ? [[guest.vmid, decision] as const] : [])));
  return { restUntil, done, givenUp };
}

/** Of several for one node or datastore the others come when the first has ended. */
function firstOfEach(works: readonly Work[]): readonly Work[] {
  return [...Map.groupBy(works, ({ lane }) => lane).values()].map(([first]) => first!);
}

function keyOf({ what, on }: Work): string {
  return `${what} ${on}`;
}

type Work = Pick<Retried, 'what' | 'on' | 'because'> & { readonly lane: string; readonly ask: () => Promise<Started> };

async function failedHere({ policy, site, actual, assessment, repeater, clock }: RetriesInput): Promise<readonly FailedGuest[]> {
  const login = site.pve.retryToken === undefined ? undefined : await repeater.repeatsAs();
  // A site is judged by its own time, windows and waits too.
  const now = clock.now() + assessment.asOf - actual.asOf;
  return login === undefined ? [] : failedGuests({ policy, site, actual, assessment, login, now });
}

function backups({ site, repeater }: RetriesInput, failed: readonly FailedGuest[]): readonly Work[] {
  return failed.flatMap(({ guest, storage, mode, notes, decision }): Work[] => {
    if (decision.act !== 'retry') return [];
    const { vmid, node, name, type } = guest;
    return [
      {
        what: 'backup',
        lane: `node ${node}`,
        on: `${site.name}: ${type}/${vmid} ${name}`,
        because: `try ${decision.attempt}: ${decision.because}`,
        ask: () => repeater.startBackup({ node, vmid, storage, mode, notes }),
      },
    ];
  });
}

/** Points of the policy's own tiers, where the login that owns them is known and nothing is verified in their datastore. */
function verifications({ policy, site, actual, repeater }: RetriesInput): readonly Work[] {
  if (site.pve.retryToken === undefined || site.storages?.backupToken === undefined) return [];
  return actual.pbs.flatMap(({ name: server, namespaces, tasks }) =>
    namespaces.flatMap(({ datastore, namespace, groups }): Work[] => {
      const known = groups.known && tierOfPlace(policy, site, { server, datastore, namespace, type: 'vm', id: '' });
      if (!known || !tasks.known || tasks.value.some((task) => verifies(task, datastore))) return [];
      return reverifyOf(groups.value).map(({ type, id, at, because }) => {
        const point: PointName = { site: site.name, server, datastore, namespace, type, id, at };
        const lane = `${server} ${datastore}`;
        return { what: 'verify', lane, on: `${site.name}: ${spellPoint(point)}`, because, ask: () => repeater.startVerify(point) };
      });
    }),
  );
}

function verifies({ upid: { type, id }, endedAt }: PbsTask, datastore: string): boolean {
  return endedAt === undefined && type.startsWith('verif') && (id === datastore || id.startsWith(`${datastore}:`));
}

async function start({ memory, lease, clock }: RetriesInput, { what, on, because, ask }: Work): Promise<Retried | 'lease-lost'> {
  const entry = (act: string, detail: string): AuditEntry => ({ at: clock.now(), by: 'holdfast', act, on, detail });
  if ((await memory.recordPoints(lease, [], [entry(`repeat-${what}`, because)])) === 'lease-lost') return 'lease-lost';
  const retried: Retried = { what, on, because, ...(await outcomeOf(ask)) };
  if (retried.outcome === 'started') return retried;
  const told = entry(`repeat-${what}-not-started`, retried.outcome === 'failed' ? retried.because : retried.outcome);
  return (await memory.recordPoints(lease, [], [told])) === 'lease-lost' ? 'lease-lost' : retried;
}

async function outcomeOf(ask: () => Promise<Started>): Promise<Pick<Retried, 'outcome'> & Partial<Pick<Retried, 'because'>>> {
  try {
    const { outcome } = await ask();
    return { outcome };
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    return { outcome: 'failed', because: error.detail };
  }
}

import type { Settings } from '../desired/desired.ts';
import { capital, type Finding } from '../finding.ts';
import { spellGuest } from '../desired/findings.ts';
import type { Actual, Guest } from '../world/actual.ts';
import { coverageOf, follow, isCovered, readMember, takes, type Coverage } from './coverage.ts';
import type { RawStep } from './diff.ts';
import { spellObject } from './findings.ts';

/**
 * Puts a bridge under each backup job that is to select another pool: first it names its guests and those that are to come one by
 * one, then they move, then it selects the new pool. Without it, the guests would be in no job between two of these writes,
 * for a guest is in one pool at most.
 */
export function bridge<S extends RawStep>(steps: readonly S[], actual: Actual): S[] {
  const coverage = coverageOf(actual);
  if (!coverage || !actual.pve.guests.known) return [...steps];
  const guests = actual.pve.guests.value;
  return steps.flatMap((step) => {
    const pool = step.settings['pool'];
    if (step.kind !== 'backup-job' || step.action !== 'change' || typeof pool !== 'string') return [step];
    const vmids = guestsOnTheWay({ steps, pool, job: step.id, coverage, guests });
    if (vmids.length === 0) return [step];
    const { selection } = coverage.jobs.get(step.id)!;
    const ready = selection.by === 'vmids' && vmids.every((vmid) => selection.vmids.includes(vmid));
    const because = `its guests go to pool ${pool} one by one, and each must be in a job all the time`;
    if (ready) return [step];
    const named: Settings = { enabled: true, vmid: vmids.join(',') };
    const { pool: _, all: __, exclude: ___, ...rest } = step.before ?? {};
    return [
      { ...step, settings: named, clear: [], because },
      { ...step, before: { ...rest, ...named } },
    ];
  });
}

type OnTheWay = {
  readonly steps: readonly RawStep[];
  readonly pool: string;
  readonly job: string;
  readonly coverage: Coverage;
  readonly guests: readonly Guest[];
};

/** Guests the job takes now or is to take, where one of them is not yet in the new pool; else none. */
function guestsOnTheWay({ steps, pool, job, coverage, guests }: OnTheWay): number[] {
  const coming = new Set(steps.filter(({ kind, action }) => kind === 'pool-member' && action === 'create').map(({ id }) => id));
  const now = coverage.jobs.get(job);
  const taken = guests.filter((guest) => now && takes(now, guest, coverage));
  const toCome = guests.filter(({ vmid }) => coming.has(`${pool}/${vmid}`));
  const away = [...taken, ...toCome].some(({ vmid }) => coverage.poolByGuest.get(vmid) !== pool);
  return away ? [...new Set([...taken, ...toCome].map(({ vmid }) => vmid))].sort((a, b) => a - b) : [];
}

export type Gapless<S> = { readonly steps: readonly S[]; readonly findings: readonly Finding[] };

/**
 * Leaves out each step after which a guest that is in an enabled job now would be in none, and says which guest it is.
 *
 * @param steps   in the order in which they will be carried out
 * @param exempt  guests that are to have no backup because a rule says so by name
 */
export function withoutGap<S extends RawStep>(steps: readonly S[], actual: Actual, exempt: ReadonlySet<number>): Gapless<S> {
  const start = coverageOf(actual);
  if (!start || !actual.pve.guests.known) return { steps: steps.filter((step) => !mayUncover(step)), findings: [] };
  const guests = actual.pve.guests.value.filter(({ vmid }) => !exempt.has(vmid));
  const byVmid = new Map(guests.map((guest) => [guest.vmid, guest]));
  const { coverage, carryOut } = follow(start);
  const covered = new Set(guests.filter((guest) => isCovered(coverage, guest)));
  const safe: S[] = [];
  const findings: Finding[] = [];
  for (const step of steps) {
    const takeBack = carryOut(step);
    const touched = touchedBy(step, guests, byVmid);
    const bare = mayUncover(step) ? touched.filter((guest) => covered.has(guest) && !isCovered(coverage, guest)) : [];
    if (bare.length > 0) {
      takeBack();
      findings.push(wouldUncover(step, bare));
      continue;
    }
    safe.push(step);
    // Who gets a job on the way is held to it as well.
    for (const guest of touched) if (isCovered(coverage, guest)) covered.add(guest);
  }
  return { steps: safe, findings };
}

/** The guests whose cover a step may change. */
function touchedBy(step: RawStep, guests: readonly Guest[], byVmid: ReadonlyMap<number, Guest>): readonly Guest[] {
  if (step.kind === 'backup-job') return guests;
  const guest = step.kind === 'pool-member' ? byVmid.get(readMember(step.id).vmid) : undefined;
  return guest ? [guest] : [];
}

function mayUncover({ kind, action, settings }: RawStep): boolean {
  if (kind === 'pool-member') return true;
  return (
    kind === 'backup-job' && (action === 'remove' || (action === 'change' && ['pool', 'vmid', 'enabled'].some((key) => key in settings)))
  );
}

function wouldUncover(step: RawStep, bare: readonly Guest[]): Finding {
  const [first] = bare;
  const others = bare.length > 1 ? ` and ${bare.length - 1} more` : '';
  const what =
    step.kind === 'pool-member'
      ? `moving it to pool ${readMember(step.id).pool}`
      : `${step.action === 'remove' ? 'removing' : 'changing'} ${spellObject(step)}`;
  return {
    severity: 'error',
    code: 'HF-GAP',
    at: `${step.site}: ${spellObject(step)}`,
    problem: `${capital(what)} would leave ${spellGuest(first!)}${others} in no enabled backup job`,
    why: 'its next point would never be made, and nothing else would tell; so the step is left out',
    fix: `say what it is to have, and plan again:\n    holdfast suggest`,
    site: step.site,
    ...(bare.length === 1 ? { vmid: first!.vmid } : {}),
  };
}

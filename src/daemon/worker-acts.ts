import { seeToLocks, type LocksSeen } from '#app/watch-locks.ts';
import { seeToPressure, type PressureSeen } from '#app/watch-pressure.ts';
import { seeToRetries, type RetriesSeen } from '#app/watch-retries.ts';
import type { Watched } from '#app/watch.ts';
import type { SiteWatched } from '#app/watching.ts';
import type { Actual } from '#core/world/actual.ts';
import { hurry, isRefused, isRunning, type Shared } from './worker-shared.ts';

/** A look that was written down. */
export type Looked = Extract<Watched, { outcome: 'recorded' }>;

/** What was done after one look, for what is done after the next. */
export type Acts = { locks?: LocksSeen; retries?: RetriesSeen; pressure?: PressureSeen };

/** Does what follows from a look: points are locked, failed work is started again, jobs are suspended. In the cycle and not beside it: all of it writes points. */
export async function actAfter(shared: Shared, acts: Acts, looked: Looked): Promise<void> {
  await lock(shared, acts, looked);
  await startAgain(shared, acts, looked);
  await relieve(shared, acts, looked);
}

async function lock(shared: Shared, acts: Acts, { actual, record }: Looked): Promise<void> {
  if (!actual || isRefused(shared)) return;
  const { proxmox: protector, site, log, onLost } = shared;
  const input = { ...toSee(shared, actual), protector, changed: record.points };
  do {
    const seen = await seeToLocks({ ...input, ...(acts.locks && { before: acts.locks }) });
    if (seen === 'lease-lost') return onLost();
    acts.locks = seen;
    const { protected: set, lifted } = seen;
    const { state } = shared;
    shared.state = { ...state, locks: { set: state.locks.set + set, lifted: state.locks.lifted + lifted } };
    if (set + lifted > 0) log.info('locks seen to', { site: site.name, protected: set, lifted });
  } while (acts.locks.left && shared.news === 'none' && isRunning(shared));
}

/** What failed for a passing reason is started again, by logins that are known to be unable to delete. */
async function startAgain(shared: Shared, acts: Acts, { actual, assessment }: Looked): Promise<void> {
  if (!actual || !mayAct(shared)) return;
  const { proxmox: repeater, site, log, onLost } = shared;
  const seen = await seeToRetries({ ...toSee(shared, actual), repeater, assessment, ...(acts.retries && { before: acts.retries }) });
  if (seen === 'lease-lost') return onLost();
  acts.retries = seen;
  for (const { outcome, ...fields } of seen.done) {
    const { state } = shared;
    shared.state = { ...state, retries: { ...state.retries, [outcome]: state.retries[outcome] + 1 } };
    (outcome === 'started' ? log.info : log.warn)(`a ${fields.what === 'verify' ? 'verification' : fields.what} ${RETRIED[outcome]}`, {
      site: site.name,
      ...fields,
    });
  }
}

/** Jobs are suspended under pressure, and taken back, by a login that is known to be unable to delete. */
async function relieve(shared: Shared, acts: Acts, { actual, assessment, forecasts }: Looked): Promise<void> {
  if (!actual || !mayAct(shared)) return;
  const { proxmox: suspender, site, log, onLost } = shared;
  const input = { ...toSee(shared, actual), suspender, assessment, forecasts };
  const seen = await seeToPressure({ ...input, ...(acts.pressure && { before: acts.pressure }) });
  if (seen === 'lease-lost') return onLost();
  acts.pressure = seen;
  for (const { act, outcome, ...fields } of seen.done) {
    const verb = act === 'suspend' ? 'suspended' : 'taken back';
    log.warn(outcome === 'done' ? `a backup job was ${verb}` : `a backup job could not be ${verb}`, { site: site.name, ...fields });
  }
  // What was done is told by the look that sees it.
  if (seen.done.some(({ outcome }) => outcome === 'done')) hurry(shared, 'change');
}

function mayAct(shared: Shared): boolean {
  return !isRefused(shared) && isRunning(shared) && shared.logins.sure;
}

function toSee({ clock, memory, policy, site, lease }: Shared, actual: Actual) {
  return { clock, memory, policy: policy(), site, lease, actual };
}

const RETRIED: Readonly<Record<keyof SiteWatched['retries'], string>> = {
  started: 'was started again',
  busy: 'was not started again: another one runs there',
  nothing: 'was not started again: the guest is on another node by now',
  failed: 'could not be started again',
};

import type { Finding } from '../finding.ts';
import { spellInstant, type UnixSeconds } from '../units.ts';
import type { AuditEntry } from './record.ts';

/** That a database was found damaged, empty or gone, and that a new one was begun; or that another one stands in its place. */
export type BegunAnew = {
  readonly at: UnixSeconds;
  /** The file, or host and name. */
  readonly where: string;
  readonly how: 'damaged' | 'empty' | 'gone' | 'replaced';
  /** When the database that is lost was made: what it remembered goes back to then. */
  readonly madeAt?: UnixSeconds;
  /** What the database said of it; of a replaced one, by what. */
  readonly detail?: string;
  /** Where the damaged file lies now. */
  readonly setAside?: string;
};

/** What the audit log calls it. */
export const BEGUN_ANEW = 'begin the database anew';
export const REPLACED = 'find the database replaced';

/** So long it is told: whoever looks once a week has seen it. */
export const TOLD_SECONDS = 7 * 86_400;

/** The line in the audit log of the database that goes on: of a new one the first. */
export function begunAnewEntry(event: BegunAnew): AuditEntry {
  return { at: event.at, by: 'holdfast', act: event.how === 'replaced' ? REPLACED : BEGUN_ANEW, on: event.where, detail: told(event) };
}

/** What a person must know of it, made from the audit log, so that a restart does not forget it; undefined once it is old. */
export function begunAnewFinding(entry: AuditEntry, now: UnixSeconds): Finding | undefined {
  if ((entry.act !== BEGUN_ANEW && entry.act !== REPLACED) || entry.at < now - TOLD_SECONDS) return undefined;
  return {
    severity: 'warning',
    code: 'HF-DATABASE-LOST',
    at: entry.on,
    problem: entry.detail,
    why:
      `${entry.act === REPLACED ? 'what only the old one remembered is gone' : 'what was remembered is gone'}: past postures, tasks, usage, alerts and the audit log; who acknowledged or suppressed what; what was promised to ` +
      'points under an earlier policy; and which protections on PBS are ours, so that none of them is ever lifted by Holdfast. Guests, points, ' +
      'findings that hold, and today’s promises are taken from the sites again at once, and what holds is told again; no backup depends on the database',
    fix: 'where there is a backup of the database, stop the daemon and bring it back; what came since is seen again:\n    holdfast db restore FILE',
  };
}

function told({ where, how, detail, madeAt, setAside }: BegunAnew): string {
  const found = {
    damaged: `is damaged${detail ? ` (${detail})` : ''}`,
    empty: 'is empty',
    gone: 'is gone',
    replaced: `was replaced by ${detail ?? 'another one'}`,
  }[how];
  const lost = madeAt === undefined ? '' : `; it remembered since ${spellInstant(madeAt, 'UTC')}`;
  if (how === 'replaced') return `The database ${where} ${found}${lost}`;
  const aside = setAside === undefined ? ' and was begun anew' : `, was set aside as ${setAside}, and was begun anew`;
  return `The database ${where} ${found}${aside}${lost}`;
}

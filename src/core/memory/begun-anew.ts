import type { Finding } from '../finding.ts';
import type { UnixSeconds } from '../units.ts';
import type { AuditEntry } from './record.ts';

/** That a database was found damaged, empty or gone, and that a new one was begun. */
export type BegunAnew = {
  readonly at: UnixSeconds;
  /** The file, or host and name. */
  readonly where: string;
  readonly how: 'damaged' | 'empty' | 'gone';
  /** What the database said of it. */
  readonly detail?: string;
  /** Where the damaged file lies now. */
  readonly setAside?: string;
};

/** What the audit log calls it. */
export const BEGUN_ANEW = 'begin the database anew';

/** So long it is told: whoever looks once a week has seen it. */
export const TOLD_SECONDS = 7 * 86_400;

/** The first line of the new database's audit log. */
export function begunAnewEntry(event: BegunAnew): AuditEntry {
  return { at: event.at, by: 'holdfast', act: BEGUN_ANEW, on: event.where, detail: told(event) };
}

/** What a person must know of it, made from the audit log, so that a restart does not forget it; undefined once it is old. */
export function begunAnewFinding(entry: AuditEntry, now: UnixSeconds): Finding | undefined {
  if (entry.act !== BEGUN_ANEW || entry.at < now - TOLD_SECONDS) return undefined;
  return {
    severity: 'warning',
    code: 'HF-DATABASE-LOST',
    at: entry.on,
    problem: entry.detail,
    why:
      'what was remembered is gone: past postures, tasks, usage, alerts and the audit log; who acknowledged or suppressed what; what was promised to ' +
      'points under an earlier policy; and which protections on PBS are ours, so that none of them is ever lifted by Holdfast. Guests, points, ' +
      'findings that hold, and today’s promises are taken from the sites again at the next look; no backup depends on the database',
    fix: 'where there is a backup of the database, bring it back; what came since is seen again:\n    holdfast db restore FILE',
  };
}

function told({ where, how, detail, setAside }: BegunAnew): string {
  const found = { damaged: `is damaged${detail ? ` (${detail})` : ''}`, empty: 'is empty', gone: 'is gone' }[how];
  const aside = setAside === undefined ? 'and was begun anew' : `was set aside as ${setAside}, and was begun anew`;
  return `The database ${where} ${found}, ${aside}`.replace(', and was begun', ' and was begun');
}

import type { Assessment } from '../assess/assessment.ts';
import type { Finding } from '../finding.ts';
import type { FindingLife } from '../memory/record.ts';
import type { UnixSeconds } from '../units.ts';

/** Nobody answered, or somebody whose word does not count. */
const NO_ANSWER: ReadonlySet<string> = new Set(['unreachable', 'refused', 'untrusted', 'garbled']);
/** The server answered that it cannot say, for now. */
const NO_WORD: ReadonlySet<string> = new Set(['down', 'failed', 'busy']);

/** A part that could not say for so long, with all else of its server well, is the site's usual state: a datastore that is put away. */
const USUAL_SECONDS = 86_400;

/**
 * True where a look lacks what could be seen at another time: then nothing that it does not find is over, and nothing becomes better. What
 * a missing right hides was never seen, and a part that has been down for more than a day hides nothing new; both are told, and hold up nothing.
 */
export function isOutage(
  { unseen, guestsUnseen }: Pick<Assessment, 'unseen' | 'guestsUnseen'>,
  { site, known, now }: { readonly site: string; readonly known: readonly FindingLife[]; readonly now: UnixSeconds },
): boolean {
  if (guestsUnseen) return true;
  const usual = new Set(
    known
      .filter(
        ({ finding, state, firstSeenAt }) => finding.code === 'HF-UNSEEN' && state !== 'resolved' && now - firstSeenAt > USUAL_SECONDS,
      )
      .map(({ finding }) => finding.at),
  );
  return unseen.some(({ kind, server }) => NO_ANSWER.has(kind) || (NO_WORD.has(kind) && !usual.has(`${site}: ${server}`)));
}

export type Silent = { readonly server: string; readonly because: string };

/**
 * Findings with what two witnesses say together: a server that gave no sign of life, and of which the look then saw nothing either, does
 * not answer. That is certain at once, where a part that one look could not read may be well at the next.
 */
export function withSilence(
  findings: readonly Finding[],
  { site, silent }: { readonly site: string; readonly silent: readonly Silent[] },
): readonly Finding[] {
  return findings.map((finding) => {
    const witness = silent.find(({ server }) => finding.at === `${site}: ${server === 'pve' ? 'PVE' : `PBS ${server}`}`);
    if (finding.code !== 'HF-UNSEEN' || !witness) return finding;
    return {
      ...finding,
      severity: 'error',
      code: 'HF-UNREACHABLE',
      problem: `The server does not answer: ${witness.because}`,
      why: 'nothing of this server is known, so that every guest on it counts as unknown; backups to it fail while it is down',
    };
  });
}

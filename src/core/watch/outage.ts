import type { Assessment } from '../assess/assessment.ts';
import type { Finding } from '../finding.ts';
import type { FindingLife } from '../memory/record.ts';
import type { UnixSeconds } from '../units.ts';
import type { ProxmoxTrouble } from '../world/proxmox-error.ts';

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

/** A server of which a pulse learned nothing, and why; `kind` and `fix` are those of its ProxmoxError. */
export type Silent = {
  readonly server: string;
  readonly kind: ProxmoxTrouble;
  readonly because: string;
  readonly fix: string;
  /** The login that was refused, `user@realm!name`. */
  readonly login?: string;
};

/** `refused: login holdfast@pve!audit`: a server that refuses a login is alive, and says what is to be done. */
export function spellSilence({ kind, login, server }: Pick<Silent, 'kind' | 'login' | 'server'>): string {
  if (kind === 'refused') return `refused: login ${login ?? `on ${server}`}`;
  if (kind === 'untrusted') return 'the certificate of a server is not to be trusted';
  return 'a server gives no sign of life';
}

/**
 * Findings with what two witnesses say together: a server that gave no sign of life, and of which the look then saw nothing either, cannot be
 * asked. That is certain at once, where a part that one look could not read may be well at the next.
 */
export function withSilence(
  findings: readonly Finding[],
  { site, silent }: { readonly site: string; readonly silent: readonly Silent[] },
): readonly Finding[] {
  return findings.map((finding) => {
    const witness = silent.find(({ server }) => finding.at === `${site}: ${server === 'pve' ? 'PVE' : `PBS ${server}`}`);
    if (finding.code !== 'HF-UNSEEN' || !witness) return finding;
    return { ...finding, severity: 'error', ...tellSilence(witness) };
  });
}

function tellSilence({ kind, because, fix, login }: Silent): Pick<Finding, 'code' | 'problem' | 'why' | 'fix'> {
  if (kind === 'untrusted')
    return {
      code: 'HF-CERTIFICATE',
      problem: `The certificate of the server is not to be trusted: ${because}`,
      why: 'somebody between here and the server could read the token, so that nothing was sent; every guest on it counts as unknown',
      fix,
    };
  if (kind === 'refused')
    return {
      code: 'HF-LOGIN',
      problem: `The login${login === undefined ? '' : ` ${login}`} is refused: ${because}`,
      why: 'without it nothing of this server is known, so that every guest on it counts as unknown',
      fix,
    };
  if (kind === 'garbled' || kind === 'missing')
    return {
      code: 'HF-NO-PROXMOX',
      problem: `The answer is not that of a Proxmox: ${because}`,
      why: 'nothing of this server is known, so that every guest on it counts as unknown',
      fix,
    };
  return {
    code: 'HF-UNREACHABLE',
    problem: `The server does not answer: ${because}`,
    why: 'nothing of this server is known, so that every guest on it counts as unknown; backups to it fail while it is down',
    fix: 'see what stands in the way:\n    holdfast doctor',
  };
}

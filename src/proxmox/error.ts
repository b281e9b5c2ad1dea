import { ProxmoxError, type ProxmoxTrouble } from '#core/world/proxmox-error.ts';

/** An answer with a status of 300 or more, as it came. */
export type BadAnswer = {
  readonly server: string;
  readonly product: 'pve' | 'pbs';
  readonly call: string;
  readonly status: number;
  /** PVE's reason, from the status line. */
  readonly reason: string;
  readonly body: string;
  /** The token that asked, without its secret. */
  readonly login?: string;
};

type Verdict = { readonly kind: ProxmoxTrouble; readonly fix?: string; readonly privilege?: string; readonly path?: string };
type Rule = { readonly when: RegExp; readonly kind: ProxmoxTrouble; readonly fix?: string };

/**
 * What a refusal means. Text goes before status, for both products answer one and the same fault under
 * several numbers: a missing right is 400, 401 or 403, a daemon that is down 400, a missing guest 500.
 */
export function explainAnswer(answer: BadAnswer): ProxmoxError {
  const detail = shorten(answer.product === 'pve' ? pveText(answer) : answer.body.trim() || answer.reason);
  const verdict = judge(answer, detail);
  const login = verdict.kind === 'refused' && answer.login !== undefined ? { login: answer.login } : {};
  return new ProxmoxError(verdict.kind, { ...verdict, ...login, server: answer.server, call: answer.call, status: answer.status, detail });
}

function judge({ status, product }: BadAnswer, detail: string): Verdict {
  if (status >= 300 && status < 400) {
    return {
      kind: 'garbled',
      fix: 'give the URL of the server itself; Holdfast follows no redirect, for it would carry the token elsewhere',
    };
  }
  const right = missingRight(detail);
  if (right) return right;
  const rule = (product === 'pve' ? PVE_RULES : PBS_RULES).find(({ when }) => when.test(detail));
  if (rule) return rule;
  return { kind: byStatus(status) };
}

function byStatus(status: number): ProxmoxTrouble {
  if (status === 401) return 'refused';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 501) return 'missing';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 423 || status === 429) return 'busy';
  if (status >= 502) return 'down';
  return status === 500 ? 'failed' : 'invalid';
}

/** The forms in which both products name a right that is missing. */
function missingRight(detail: string): Verdict | undefined {
  const pve = /^Permission check failed \((\/[^,()]*|), ([\w.|]+)\)/.exec(detail);
  if (pve) return right(pve[2]!, pve[1]!);
  const pbs = /^permission check failed - missing ([\w.|]+) on (\S+)/.exec(detail);
  if (pbs) return right(pbs[1]!, pbs[2]!);
  const config = /^missing permissions '([\w.|]+)' on '([^']+)'/.exec(detail);
  return config ? right(config[1]!, config[2]!) : undefined;
}

function right(privilege: string, path: string): Verdict {
  return { kind: 'forbidden', privilege: privilege.replaceAll('|', ' or '), ...(path ? { path } : {}) };
}

const EXISTS = 'it is there already: look at it and plan again:\n    holdfast plan';
const CHANGED = 'somebody changed it meanwhile: plan again:\n    holdfast plan';
const GROUP_LOCK = 'a backup, verification or restore of this group runs: wait until it has ended, then try again';

const PBS_RULES: readonly Rule[] = [
  { when: /^authentication failed/, kind: 'refused' },
  { when: /^permission check failed|does not have permission to|^task access not allowed/, kind: 'forbidden' },
  {
    when: /owner check failed/,
    kind: 'forbidden',
    fix: 'the group belongs to another login: use its owner, or change the owner on PBS:\n    proxmox-backup-client change-owner GROUP NEW-OWNER',
  },
  { when: /^client error \(Connect\)/, kind: 'down', fix: 'the privileged daemon of this PBS is down: systemctl restart proxmox-backup' },
  { when: /maintenance mode/, kind: 'down', fix: 'end the maintenance mode of the datastore, then try again' },
  { when: /detected modified configuration/, kind: 'conflict', fix: CHANGED },
  { when: /(?<!doesn't )already exists/, kind: 'conflict', fix: EXISTS },
  { when: /protected snapshot/, kind: 'conflict', fix: 'the snapshot is protected; its protection must be lifted first' },
  { when: /time mismatch|owner mismatch|merge-group is disabled/, kind: 'conflict' },
  { when: /unable to acquire|could not acquire|already running\/locked|locked by/, kind: 'busy', fix: GROUP_LOCK },
  { when: /^while (?:updating|setting|destroying|moving|creating)\b.*'(?:BackupDir|BackupGroup) \{/, kind: 'busy', fix: GROUP_LOCK },
  { when: /^parameter verification failed|^unknown variant|must be different|can't be the same|^namespace too deep/, kind: 'invalid' },
  { when: /^no such |^ENOENT|does not exist|doesn't already exists|non-existent|not found/, kind: 'missing' },
  { when: /No space left on device|ENOSPC/, kind: 'failed', fix: 'the datastore is full: free space on it, then run garbage collection' },
];

const PVE_RULES: readonly Rule[] = [
  { when: /^No ticket|invalid token|no such token|permission denied - invalid|authentication failure|invalid .*ticket/i, kind: 'refused' },
  { when: /^Permission check failed \(pool '.*' does not exist\)/, kind: 'missing', fix: 'create the pool first:\n    holdfast plan' },
  { when: /^Permission check failed/, kind: 'forbidden' },
  { when: /detected modified configuration/, kind: 'conflict', fix: CHANGED },
  {
    when: /^create storage failed: .*(?:Can't connect|Connection refused|timed? ?out)/,
    kind: 'down',
    fix: 'PVE could not reach that PBS: check the address as the nodes see it (storages.server)',
  },
  {
    when: /fingerprint '.*' not verified/,
    kind: 'untrusted',
    fix: 'the PBS shows PVE another certificate than the pinned one; compare it on its console:\n    holdfast trust URL',
  },
  { when: /error fetching datastores - 401/, kind: 'refused', fix: 'PBS refused the login PVE was given: check storages.backupToken' },
  { when: /Cannot find datastore/, kind: 'missing', fix: 'the login PVE was given must see that datastore:\n    holdfast grants' },
  { when: /Can't connect to|Connection refused|No route to host|Connection timed out/, kind: 'down' },
  { when: /already (?:exists|defined|a pool member)|belongs already to pool|not empty/, kind: 'conflict', fix: EXISTS },
  { when: /is locked|can't lock file|cfs-lock|lock request timeout|unable to acquire/, kind: 'busy' },
  { when: /no quorum|cluster not ready/, kind: 'down', fix: 'the cluster has no quorum and accepts no change: bring its nodes back' },
  { when: /No such job|no such (?:task|vzdump job|node|user|pool|storage)|does ?n[o']t exist|is not a pool member/i, kind: 'missing' },
  { when: /hostname lookup '.*' failed/, kind: 'missing', fix: 'check the name of the node' },
  {
    when: /not implemented|not available/,
    kind: 'missing',
    fix: 'this PVE does not know the call: it may be older than Holdfast supports (8.4)',
  },
  { when: /^Parameter verification failed|^400 /, kind: 'invalid' },
  {
    when: /error listing snapshots - 400/,
    kind: 'missing',
    fix: 'the namespace the storage names does not exist on its PBS:\n    holdfast plan',
  },
];

/**
 * PVE gives its reason as `message`, per parameter in `errors`, in the status line, or not at all.
 * `500` with `400 Parameter verification failed.` inside is what PVE makes of some checks.
 */
function pveText({ body, reason, status }: BadAnswer): string {
  const parsed = parseMessage(body);
  const message = (parsed?.message ?? (reason || body)).trim().replace(/^400 (?=Parameter verification failed)/, '');
  const errors = Object.entries(parsed?.errors ?? {}).map(([name, why]) => `${name}: ${String(why).trim()}`);
  return [message, ...errors].join(' ').trim() || `HTTP ${status}`;
}

function parseMessage(body: string): { readonly message?: string; readonly errors?: Readonly<Record<string, unknown>> } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return undefined;
    const { message, errors } = value as Readonly<Record<string, unknown>>;
    return {
      ...(typeof message === 'string' ? { message } : {}),
      ...(typeof errors === 'object' && errors !== null ? { errors: errors as Readonly<Record<string, unknown>> } : {}),
    };
  } catch {
    return undefined;
  }
}

/** One line without control characters, 400 characters at most: a server may answer a page, or a print of its memory. */
function shorten(text: string): string {
  // eslint-disable-next-line no-control-regex
  const line = text.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length <= 400 ? line : `${line.slice(0, 400)}…`;
}

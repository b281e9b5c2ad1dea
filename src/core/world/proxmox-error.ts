/** How a call to PVE or PBS failed; each kind needs another reaction. */
export type ProxmoxTrouble =
  /** The login is not accepted. */
  | 'refused'
  /** The login is known and lacks a right. */
  | 'forbidden'
  /** What the call names is not there, or the server's version does not know the call. */
  | 'missing'
  /** The server does not accept the parameters. */
  | 'invalid'
  /** It exists already, changed meanwhile, or is held by something else that must go first. */
  | 'conflict'
  /** A lock is held at the moment. */
  | 'busy'
  /** No answer from the address, or none in time. */
  | 'unreachable'
  /** The server answers, and the part behind it that would do the work does not. */
  | 'down'
  /** An answer that no PVE or PBS gives. */
  | 'garbled'
  /** The certificate is not the pinned one, or no authority vouches for it. */
  | 'untrusted'
  /** The server tried and could not. */
  | 'failed';

const FIX: Readonly<Record<ProxmoxTrouble, string>> = {
  refused:
    'see on the server that the token is there, enabled and not expired; its secret is shown only once, so where it is lost make a new one:\n    holdfast grants',
  forbidden: 'print the grants that are missing:\n    holdfast grants',
  missing: 'check the name, and the version of the server',
  invalid: 'this is a fault of Holdfast or of the policy: look at the value named here',
  conflict: 'look at what is there now and plan again:\n    holdfast plan',
  busy: 'wait until the running task has ended, then try again',
  unreachable: 'check the address, and that port 8006 (PVE) or 8007 (PBS) is open from here',
  down: 'look at the services of the server (PVE: pvedaemon, PBS: proxmox-backup); the fault is usually short',
  garbled: 'check that the URL names a PVE or PBS and no proxy or login page before it',
  untrusted: 'compare the certificate with the one the server shows on its own console, then pin it:\n    holdfast trust URL',
  failed: 'read the reason above on the server itself; its task log may say more',
};

export type ProxmoxErrorDetails = {
  /** `pve`, or the policy's name of a PBS. */
  readonly server: string;
  /** What was asked: `GET /admin/datastore/main/snapshots`. */
  readonly call: string;
  /** The server's own words, or ours where it gave none. Never a secret. */
  readonly detail: string;
  readonly status?: number;
  /** `user@realm!name`, where the kind is `refused` and a token was sent. */
  readonly login?: string;
  /** The missing privilege and its path, where the kind is `forbidden` and the server named them. */
  readonly privilege?: string;
  readonly path?: string;
  /** One thing to do, where it is another than the kind's own. */
  readonly fix?: string;
  readonly cause?: unknown;
};

/** A call to PVE or PBS that did not succeed: the only thing the adapter throws. */
export class ProxmoxError extends Error {
  readonly kind: ProxmoxTrouble;
  readonly fix: string;
  readonly server: string;
  readonly call: string;
  readonly detail: string;
  readonly status?: number;
  readonly login?: string;
  readonly privilege?: string;
  readonly path?: string;

  constructor(kind: ProxmoxTrouble, details: ProxmoxErrorDetails) {
    super(`${details.server}: cannot ${details.call}: ${details.detail}`, { cause: details.cause });
    this.name = 'ProxmoxError';
    this.kind = kind;
    this.fix = details.fix ?? FIX[kind];
    this.server = details.server;
    this.call = details.call;
    this.detail = details.detail;
    if (details.status !== undefined) this.status = details.status;
    if (details.login !== undefined) this.login = details.login;
    if (details.privilege !== undefined) this.privilege = details.privilege;
    if (details.path !== undefined) this.path = details.path;
  }
}

import type { Actual, ServerVersion } from '#core/world/actual.ts';
import type { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { Rights } from '#core/rights/rights.ts';
import type { FilePlace, Finding } from '#core/finding.ts';
import type { Channel } from '#core/policy/alerts.ts';
import type { PolicyText } from '#core/change/change.ts';
import type { Applier, Changes, PolicyEditor, PolicyVersions } from './ports/changes.ts';
import type { Policy, SecretRef, Site } from '#core/policy/policy.ts';
import type { Step } from '#core/plan/plan.ts';
import type {
  AlertRecord,
  AuditEntry,
  CycleRecord,
  FindingLife,
  GroupPlace,
  LedgerPoint,
  PostureRecord,
  TaskRecord,
  UsageSample,
} from '#core/memory/record.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Accounts, Credentials } from './access-ports.ts';

export type { Accounts, Arrival, Credentials, NewAccount } from './access-ports.ts';

/** What the application needs from outside, in its own words. Adapters conform; each port belongs to us. */
export type Ports = {
  readonly clock: Clock;
  readonly policySource: PolicySource;
  readonly connect: (site: Site) => Proxmox;
  readonly examiner: Examiner;
  readonly store: Store;
  readonly log: Log;
  /** What a daemon remembers between looks; the one-shot commands need none of it. */
  readonly memory?: Memory;
  /** Who may log in, and with what. */
  readonly accounts?: Accounts;
  readonly credentials?: Credentials;
  readonly notifier?: Notifier;
  /** Edits the policy's files, and carries out a plan in another process: for a daemon's dashboard. */
  readonly editor?: PolicyEditor;
  readonly applier?: Applier;
  /** The database behind the memory, for the people who run it. */
  readonly database?: DatabaseCare;
};

/** Looks at servers from outside, as `doctor` and `trust` do. */
export type Examiner = {
  /** Asks each server of a site, with each login the policy names for it, what it is and what that login may do. Changes nothing. */
  readonly examine: (
    site: Site,
    options: {
      readonly waitSeconds: number;
      /** Only these; the secret of another is not read. All where absent. */
      readonly logins?: readonly Examination['login'][];
    },
  ) => Promise<readonly Examination[]>;
  /** The certificate a server shows, before anything is trusted; sends nothing. Throws ProxmoxError where nothing answers. */
  readonly showCertificate: (url: string) => Promise<Certificate>;
};

export type Certificate = {
  /** SHA-256, `AB:CD:…` */
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** Names and addresses it is for. */
  readonly names: readonly string[];
  readonly validFromAt: UnixSeconds;
  readonly validUntilAt: UnixSeconds;
  /** Why no authority known to this machine vouches for it; absent where one does. */
  readonly doubt?: string;
};

/** One login on one server, as it was found. */
export type Examination = {
  readonly product: 'pve' | 'pbs';
  /** `pve`, or the policy's name of a PBS. */
  readonly server: string;
  readonly url: string;
  readonly login: 'token' | 'applyToken' | 'backupToken' | 'retryToken' | 'pressureToken';
  /** `user@realm!name`, where the secret could be read. */
  readonly tokenId?: string;
  readonly certificate?: Certificate;
  /** Why the rest is not known. */
  readonly trouble?: ProxmoxError;
  readonly version?: ServerVersion;
  readonly rights?: Rights;
  /** Further addresses of the server, as they show themselves; told with its `token` only. */
  readonly others?: readonly { readonly url: string; readonly certificate?: Certificate; readonly trouble?: ProxmoxError }[];
  /** Zone and clock of each node of a PVE, of the one host of a PBS. */
  readonly hosts: readonly { readonly name: string; readonly timeZone: string; readonly clockAheadSeconds: number }[];
};

export type Clock = { readonly now: () => UnixSeconds };

/** What lets a daemon wait; a test drives it without time passing. */
export type Timers = {
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  /** Resolves after `ms`, or as soon as `signal` is aborted. Never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to below 1, another each time. */
  readonly chance: () => number;
};

/** Reads the policy anew at each call. */
export type PolicySource = {
  readonly load: () => Promise<LoadedPolicy>;
  /** The JSON Schema of the file, for editors; a source that reads no file has none. */
  readonly schema?: () => Promise<unknown>;
};

export type LoadedPolicy = {
  /** Absent where the file could not be understood; `findings` says why. */
  readonly policy?: Policy;
  readonly findings: readonly Finding[];
  /** Where it came from, for messages. */
  readonly file: string;
  /** Digest of the files it was read from, and their texts with any secret masked, the main one first; a source that reads no file has none. */
  readonly version?: string;
  readonly files?: readonly PolicyText[];
  /** The place of a path such as `tiers.3.schedule` in the file it stands in, for findings that others make. */
  readonly locate?: (path: string) => FilePlace | undefined;
};

/** Read-only callers take a `Observer`, which cannot write. */
export type Observer = {
  /** One look at the whole site; with `previous`, groups that did not change are not listed again. */
  readonly observe: (previous?: Actual) => Promise<Actual>;
  /** Whether each server answers and whether work ended there since, for one request each. Never throws for what a server does. */
  readonly pulse: () => Promise<Pulse>;
  /** The whole log of a task of a PBS, by the policy's name of the server. Throws ProxmoxError. */
  readonly taskLog: (server: string, upid: string) => Promise<string>;
  /** Requests sent so far. */
  readonly requests: () => number;
  readonly close: () => Promise<void>;
};

export type Pulse = {
  /** Changes when a task has ended anywhere: then a look is worth its price. */
  readonly sign: string;
  /** Servers that gave no answer, `pve` first; empty where all did. */
  readonly silent: readonly { readonly server: string; readonly trouble: ProxmoxError }[];
};

/**
 * Sets and lifts PBS's `protected` with the login that makes the points (`storages.backupToken`: DatastoreBackup, owner of their groups). It
 * can protect and cannot delete. Both throw ProxmoxError: `missing` where the point is not there, `forbidden` where the group is another's.
 */
export type Protector = {
  /** The flag as PBS has it now. */
  readonly isProtected: (point: PointName) => Promise<boolean>;
  /** A second call changes nothing. */
  readonly setProtected: (point: PointName, on: boolean) => Promise<void>;
};

export type PointName = GroupPlace & { readonly at: UnixSeconds };

/**
 * Starts work again that failed for a passing reason. Each looks for such work under way first and starts nothing beside it (`busy`), so that
 * a caller that was killed may ask again. All throw ProxmoxError.
 */
export type Repeater = {
  /** The login that starts backups (`pve.retryToken`), `user@realm!name`: its tasks are the repeats. Undefined where the policy names none, or its secret cannot be read. */
  readonly repeatsAs: () => Promise<string | undefined>;
  /** Backs one guest up. `nothing`: it is on another node by now. */
  readonly startBackup: (backup: BackupStart) => Promise<Started>;
  /** Has PBS read one point whole once more, as the login that owns it (`storages.backupToken`). `missing` where it is gone. */
  readonly startVerify: (point: PointName) => Promise<Started>;
};

export type BackupStart = {
  readonly node: string;
  readonly vmid: number;
  readonly storage: string;
  readonly mode: string;
  /** PVE's template for the notes of the point. */
  readonly notes: string;
};

export type Started = { readonly outcome: 'started'; readonly upid: string } | { readonly outcome: 'busy' | 'nothing' };

/**
 * Takes a backup job out of its schedule and puts it back, with the login for that (`pve.pressureToken`). Changes `enabled` and `comment`, nothing else. A second call
 * changes nothing. Throws ProxmoxError: `conflict` where somebody else changed either since `before`, `missing` where the job is gone.
 */
export type Suspender = { readonly switchJob: (change: JobSwitch) => Promise<void> };

type JobState = { readonly enabled: boolean; readonly comment: string };
export type JobSwitch = JobState & { readonly id: string; readonly before: JobState };

export type Proxmox = Observer &
  Protector &
  Repeater &
  Suspender & {
    /** Carries out one step, idempotently: a second call after a crash leaves the same state. Throws ProxmoxError. */
    readonly carryOut: (step: Step) => Promise<void>;
  };

/** Memory of what was seen and done. The world is the truth; losing this loses history, not protection. */
export type Store = {
  /** Runs `work` alone among all holders of this store; fails at once where another holds the lock. */
  readonly locked: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  readonly appendIntent: (intent: Intent) => Promise<void>;
  readonly intents: () => Promise<readonly Intent[]>;
};

/** Recorded before and after each write to Proxmox. A start without an end means failed or killed. */
export type Intent = {
  readonly at: UnixSeconds;
  readonly phase: 'started' | 'done' | 'failed';
  readonly step: Pick<Step, 'action' | 'kind' | 'site' | 'server' | 'id'>;
  readonly planBasedOn: string;
  /** Which step of how many, from 1. */
  readonly number?: number;
  readonly of?: number;
  readonly error?: string;
};

/**
 * What the daemon remembers: one contract that SQLite, PostgreSQL and the one in memory keep. Times come from the caller, but for leases, which
 * the database's own clock decides. Every list is in a fixed order. Throws StoreError where the database cannot be used.
 */
export type Memory = {
  readonly leases: Leases;
  /**
   * Writes a cycle whole, or nothing: `lease-lost` where another holds the site by now. Recording the same cycle again changes nothing. A point's
   * "not before" only ever moves later, its first sight only earlier. An act of a person since a life was read (`acts`) stands, unless the
   * finding is over.
   */
  readonly record: (lease: Lease, cycle: CycleRecord) => Promise<'recorded' | 'lease-lost'>;
  /** Finding lives of a site that are not resolved, and those resolved at `since` or later; by key. */
  readonly lives: (site: string, since: UnixSeconds) => Promise<readonly FindingLife[]>;
  /** Points of one group that are not gone, oldest first; with `gone`, the gone ones too: one may come back. */
  readonly groupPoints: (group: GroupPlace, options?: { readonly gone?: boolean }) => Promise<readonly LedgerPoint[]>;
  /** Names of all sites of which something is remembered, those that the policy no longer has among them. */
  readonly sites: () => Promise<readonly string[]>;
  /** Every group of which points are remembered, gone ones too. */
  readonly groups: (site: string) => Promise<readonly GroupPlace[]>;
  /** Writes what was done to points outside a look (a protection set or lifted), with its lines of the audit log; fenced like a cycle. */
  readonly recordPoints: (lease: Lease, points: readonly LedgerPoint[], audit: readonly AuditEntry[]) => Promise<'recorded' | 'lease-lost'>;
  /** All points of a site in batches, gone ones too where wanted: what the ledger says. A group's points stand together, oldest first. */
  readonly points: (site: string, options?: { readonly gone?: boolean }) => AsyncIterable<readonly LedgerPoint[]>;
  /** The last known posture of each guest of a site, by vmid. */
  readonly postures: (site: string) => Promise<readonly PostureRecord[]>;
  /** Changes at `since` or later, oldest first, after the one that stood at `since`. */
  readonly postureHistory: (site: string, vmid: number, since: UnixSeconds) => Promise<readonly PostureRecord[]>;
  /** By what is measured, then by time. */
  readonly usage: (site: string, since: UnixSeconds) => Promise<readonly UsageSample[]>;
  /** Tasks that ended at `since` or later, by their end. */
  readonly tasks: (site: string, since: UnixSeconds) => Promise<readonly TaskRecord[]>;
  readonly looks: (site: string, since: UnixSeconds) => Promise<readonly (CycleRecord['look'] & { readonly at: UnixSeconds })[]>;
  /** In the order written. Each `hash` is over the entry and the hash before it, so that nothing can be changed or taken out unseen. */
  readonly audit: (since: UnixSeconds) => Promise<readonly (AuditEntry & { readonly hash: string })[]>;
  /** Writes down who did what, whoever holds which site; an entry that stands there already is not written twice. */
  readonly appendAudit: (entries: readonly AuditEntry[]) => Promise<void>;
  /**
   * A person's act: acknowledges, suppresses, or takes that back; with its line in the audit log. Only state (never `resolved`: the world says that), `by`,
   * `reason` and `untilAt` are taken from `life`. `gone`, and nothing is written, where there is no such life that is not resolved.
   */
  readonly changeLife: (life: FindingLife, entry: AuditEntry) => Promise<'changed' | 'gone'>;
  readonly outbox: Outbox;
  readonly changes: Changes;
  readonly policies: PolicyVersions;
  /**
   * Tells this very memory from another one that took its place, or that was begun anew because it was lost. A daemon that hears another name than
   * before knows that what it had written down is gone.
   */
  readonly name: () => Promise<string>;
  /** What a person must know about the memory itself: that it was lost, damaged or replaced, in the last week. */
  readonly troubles: (now: UnixSeconds) => Promise<readonly Finding[]>;
  /** Drops detail older than core/memory/history.ts says and keeps a roll-up. The audit log and points that are not gone stay whole. */
  readonly rollUp: (now: UnixSeconds) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Messages written with the cycle that found them: none is lost by a crash, and one that was sent is not sent again. */
export type Outbox = {
  /** Messages of the lease's site that are to be sent now, those due first first; none where another holds the site by now. */
  readonly due: (lease: Lease, now: UnixSeconds, limit: number) => Promise<readonly (AlertRecord & { readonly tries: number })[]>;
  readonly delivered: (id: string, at: UnixSeconds) => Promise<void>;
  /** It is due again at `again`. */
  readonly failed: (id: string, again: UnixSeconds, error: string) => Promise<void>;
  /** Messages written at `since` or later, of one site or of all, oldest first. `error`: of the last try, where it failed. */
  readonly history: (
    since: UnixSeconds,
    site?: string,
  ) => Promise<readonly (AlertRecord & { readonly tries: number; readonly deliveredAt?: UnixSeconds; readonly error?: string })[]>;
};

/**
 * Care for a whole database, of either kind. Nothing is ever overwritten: what stands in the way is set aside or refused. Everything that is copied is
 * read back and compared. Throws StoreError.
 */
export type DatabaseCare = {
  readonly describe: () => Promise<DatabaseState>;
  /** A copy in one SQLite file, whatever the kind; `file` is where Holdfast keeps its backups where it is absent. A daemon may go on meanwhile. */
  readonly backup: (file: string | undefined, tell: TellCopying) => Promise<DatabaseCopy>;
  /** Puts a backup in the place of the database. What is there is set aside: a SQLite file under another name, PostgreSQL's tables in another schema. */
  readonly restore: (file: string, tell: TellCopying) => Promise<DatabaseCopy>;
  /** Reads all of the database, or of a backup. */
  readonly verify: (file: string | undefined, tell: TellCopying) => Promise<DatabaseProof>;
  /** Copies everything to an empty database: a `postgres://` URL, `env:NAME` that holds one, or a folder for SQLite. The old one stays as it is. */
  readonly move: (target: string, tell: TellCopying) => Promise<DatabaseCopy>;
};

export type DatabaseState = {
  readonly kind: 'sqlite' | 'postgres';
  /** The file, or host and name; never a password. */
  readonly where: string;
  /** Names this database for good: its backups and copies have it too. */
  readonly id: string;
  readonly version: number;
  readonly bytes: number;
  /** By table, without those that hold no history. */
  readonly rows: Readonly<Record<string, number>>;
  readonly sites: readonly string[];
  /** Daemons that were seen in the last minute. */
  readonly inUseBy: readonly string[];
};

export type DatabaseCopy = {
  readonly from: string;
  readonly to: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly bytes: number;
  /** What was there before, where something was. */
  readonly setAside?: string;
};

/** `problems` is empty where all is well. `head` is the audit log's last hash: written down elsewhere, it proves later that nothing was taken away. */
export type DatabaseProof = {
  readonly where: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  readonly audit: { readonly entries: number; readonly head: string };
};

/** Called before each table that holds something. */
export type TellCopying = (table: string, rows: number) => void;

/** A site is watched by the one replica that holds its lease. `token` rises with every change of holder and fences late writes. */
export type Lease = { readonly site: string; readonly holder: string; readonly token: number };

export type Leases = {
  /**
   * One round: renews what this holder has, gives back what is more than its share, takes what is free. Returns what it holds now, by site. A
   * holder may trust that for four fifths of `ttlSeconds`, counted on its own monotonic clock from before the call. Each name in `holder` is one process.
   */
  readonly round: (holder: string, sites: readonly string[], ttlSeconds: number) => Promise<readonly Lease[]>;
  /** Gives back everything, at a clean shutdown. */
  readonly release: (holder: string) => Promise<void>;
};

/** Ways to people. Each throws an Error whose message says what the receiver answered, without any secret in it. */
export type Notifier = {
  /** Hands one message to the channel's receiver. The same message twice carries the same id, for receivers that know ids. */
  readonly send: (channel: Channel, alert: AlertRecord) => Promise<void>;
  /**
   * Whether the message is to be seen at the receiver itself: `arrived` or `missing` where it can be asked, `unasked` where it cannot
   * (a mail server says only that it took the mail).
   */
  readonly arrived: (channel: Channel, alert: AlertRecord) => Promise<'arrived' | 'missing' | 'unasked'>;
  /** Calls somebody outside, who tells when this stays away. */
  readonly beat: (url: SecretRef) => Promise<void>;
};

export type Log = {
  readonly info: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
};

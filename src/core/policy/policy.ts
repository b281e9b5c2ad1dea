import type { KeepRules } from '../retention/keep.ts';
import type { Alerts } from './alerts.ts';
import type { ServerSettings } from './server.ts';

/** What was promised, and about whom. Written by people, decoded by `src/config`, never derived. */
export type Policy = {
  readonly sites: readonly Site[];
  readonly tiers: readonly Tier[];
  /** First match wins. */
  readonly assign: readonly AssignRule[];
  readonly assume: Assume;
  /** Deviations somebody accepted, each until a day. */
  readonly exceptions?: readonly Exception[];
  /** Absent: nobody is told anything. */
  readonly alerts?: Alerts;
  /** Absent: only local accounts, on the address listened on. */
  readonly server?: ServerSettings;
  /** `drills:` as it stands in the file; who rehearses decodes it. */
  readonly drills?: Readonly<Record<string, unknown>>;
};

/** A tier's number; the seed's module takes a number. */
export type TierId = number;

/** A PVE cluster with the PBS servers it backs up to. */
export type Site = {
  readonly name: string;
  /** IANA zone in which the site's hosts are expected to run; checked against the nodes. */
  readonly timeZone: string;
  readonly pve: PveAccess & {
    /** The login that starts a guest's backup once more after it failed for a passing reason; absent: nothing is repeated. */
    readonly retryToken?: SecretRef;
    /** The login that suspends backup jobs under pressure and takes them back; absent: nothing is suspended. */
    readonly pressureToken?: SecretRef;
  };
  /** At least one. The first is where a tier goes that names none. */
  readonly pbs: readonly PbsAccess[];
  /** Who makes pools, namespaces and storages. */
  readonly places: 'holdfast' | 'opentofu';
  /** The login of PVE's storages, which `places: holdfast` and locks need, and the first PBS's address as the nodes see it. */
  readonly storages?: { readonly backupToken?: SecretRef; readonly server?: string };
  /** When backups may run, local to `timeZone`. */
  readonly window?: Window;
  /** Absent: no job is ever suspended. */
  readonly pressure?: Pressure;
};

/** Which tiers step back when a datastore of theirs is about to fill: their backup jobs are suspended, the lowest tier's first. */
export type Pressure = {
  /** Those that may be suspended; never tier 1. */
  readonly tiers: readonly TierId[];
  /** Suspended when garbage collection can no longer run within this time, as the datastore grows. */
  readonly belowSeconds: number;
  /** Taken back when it can run for this long again. */
  readonly resumeSeconds: number;
  /** Taken back after this long in any case. */
  readonly forSeconds: number;
};

/** `22:00-06:00` as minutes after local midnight; `endMinute` may be the smaller one: the window then spans midnight. */
export type Window = { readonly startMinute: number; readonly endMinute: number };

/** Names a secret without holding it: `env:NAME`, `file:/path`, `exec:command`. */
export type SecretRef = `env:${string}` | `file:${string}` | `exec:${string}`;

export type PveAccess = {
  /** `https://host:8006`; several are addresses of one cluster, tried in order. */
  readonly urls: readonly [string, ...string[]];
  /** SHA-256 of the certificate, `AB:CD:…`, of every address or by address (see `pinOf`); absent: verified by a certificate authority. */
  readonly fingerprint?: string | Readonly<Record<string, string>>;
  readonly token: SecretRef;
  /** The login of `apply`, `adopt` and `move`; `token` where absent. */
  readonly applyToken?: SecretRef;
};

export type PbsAccess = PveAccess & {
  /** How tiers refer to this server; `pbs` where the site has one. */
  readonly name: string;
  readonly datastore: string;
  /** The site's own namespace, below which the tiers' lie; empty for the root. */
  readonly namespace: string;
  /** When the datastore's garbage is collected, and whether points are verified on arrival; absent: left as they are. */
  readonly gcSchedule?: string;
  readonly verifyNew?: boolean;
  /** Bandwidth limits of the server. */
  readonly traffic?: readonly TrafficRule[];
};

/** What may flow between a PBS and some networks. Of several rules that match an address PBS takes the one with the smallest network. */
export type TrafficRule = {
  readonly name: string;
  /** `10.0.0.0/8`, `fd00::/8`: where the clients are. */
  readonly networks: readonly string[];
  /** Into PBS: backups, and what a sync pushes to it. */
  readonly rateInBytesPerSecond?: number;
  /** Out of PBS: restores, and what a sync pulls from it. */
  readonly rateOutBytesPerSecond?: number;
  /** `mon..fri 08:00-18:00`, in the zone of the PBS; always where absent. */
  readonly timeframes?: readonly string[];
};

/** The promise made to one class of guests, and how it is to be kept. All promises are elapsed time. */
export type Tier = {
  readonly id: TierId;
  readonly name: string;
  readonly purpose?: string;
  /** PVE pool whose members are the guests of the tier. */
  readonly pool: string;
  /** Largest data age promised. */
  readonly rpoSeconds: number;
  /** How late a point may be before attention becomes at-risk. */
  readonly graceSeconds: number;
  /** Longest time to be back. */
  readonly rtoSeconds: number;
  /** No point is removed before this age. */
  readonly retentionSeconds: number;
  /** Every point is removed by this age. */
  readonly deleteAfterSeconds?: number;
  /** How far back a restore reaches at every moment. */
  readonly reachSeconds?: number;
  /** When PVE starts the backup job: a Proxmox calendar event in the site's zone. */
  readonly schedule: string;
  /** PVE storage where these guests' disks belong. */
  readonly storage?: string;
  /** Keep values fixed by hand; absent: computed from the promise. Proved either way. */
  readonly keep?: KeepRules;
  /** Keep values as a decision record states them; `check --strict` holds them against the promise. */
  readonly statedKeep?: KeepRules;
  readonly verify?: { readonly withinSeconds?: number; readonly everySeconds: number };
  readonly drill?: { readonly everySeconds: number };
  /** Points are protected on PBS until their date. */
  readonly lock: boolean;
  readonly offsite?: Offsite;
  /** Points are encrypted by a key PVE holds. */
  readonly encryption: boolean;
  readonly budgetBytes?: number;
  /** `filesystem` promises a freeze by the guest agent; `crash` does not. */
  readonly consistency: 'filesystem' | 'crash';
  readonly mode: 'snapshot' | 'suspend' | 'stop';
  readonly owner?: string;
  /** PBS of the site that holds this tier; the site's first where absent. */
  readonly pbs?: string;
  /** Datastore of that PBS, where it is not the server's own default. */
  readonly datastore?: string;
  /** Limit for the tier's backup job. */
  readonly bandwidthBytesPerSecond?: number;
  /** Overrides of what the policy assumes, for this tier. */
  readonly assume?: Partial<Assume>;
};

/** A promised copy at one more place. */
export type Offsite = {
  /** Name of the PBS remote. */
  readonly remote: string;
  readonly withinSeconds: number;
  readonly direction: 'pull' | 'push';
  readonly datastore?: string;
  readonly namespace?: string;
  readonly schedule?: string;
  readonly bandwidthBytesPerSecond?: number;
};

/** What is taken for true until it is measured. */
export type Assume = {
  /** Longest backup of one guest. */
  readonly durationSeconds: number;
  /** Longest wait of a guest for its turn after the job began. */
  readonly queueSeconds: number;
  /** How many runs in a row may fail with the promise still kept. */
  readonly lostRuns: number;
  /** Most extra (manual) backups of a guest between two scheduled ones. */
  readonly extraRuns: number;
  readonly restoreBytesPerSecond: number;
};

/** One line of `assign:`. Selectors of different kinds must all match; values of one kind are alternatives. */
export type AssignRule = {
  /** 0-based place in the policy; how a guest's answer names the rule. */
  readonly index: number;
  readonly tier: TierId | 'none';
  /** Vmids or exact names. */
  readonly guests?: readonly (number | string)[];
  /** Name patterns with `*` and `?`. */
  readonly names?: readonly string[];
  readonly tags?: readonly string[];
  readonly pools?: readonly string[];
  readonly nodes?: readonly string[];
  readonly types?: readonly ('vm' | 'ct')[];
  readonly storages?: readonly string[];
  readonly sites?: readonly string[];
  readonly reason?: string;
  /** Last day on which a `tier: none` holds, `2027-03-01`. */
  readonly until?: string;
  /** `holdfast.yaml:40` */
  readonly at: string;
};

/** One line of `exceptions:`: a finding that is known and accepted. It ends by itself, so that nothing is forgotten for ever. */
export type Exception = {
  /** `HF-DISK-LEFT-OUT` */
  readonly finding: string;
  /** Vmid or exact name; absent where the finding is about no guest. */
  readonly guest?: number | string;
  /** `scsi1`: needed where the finding is about a disk, so that a further disk is not accepted with it. */
  readonly disk?: string;
  /** What the finding is about where that is no guest, as it names it: `storage pbs-tier-3`. */
  readonly on?: string;
  readonly site?: string;
  readonly reason: string;
  /** Last day on which it holds, in the site's zone. */
  readonly until: string;
  readonly by?: string;
};

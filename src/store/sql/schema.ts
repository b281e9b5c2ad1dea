import type { Generated, Kysely } from 'kysely';

/*
 * The tables of both databases. Instants are whole Unix seconds, `…_ms` milliseconds of the database's own clock; yes and no are 1 and 0; what is
 * undefined is null. Places, guests and meters are written once and named by a number, so that a million points stay small.
 */

export type Kind = 'sqlite' | 'postgres';

export type Tables = {
  holdfast: { one: number; version: number; id: string; made_at: number };
  intents: {
    n: Generated<number>;
    at: number;
    phase: string;
    action: string;
    kind: string;
    site: string;
    server: string;
    id: string;
    based_on: string;
    error: string | null;
    step_number: number | null;
    step_count: number | null;
  };
  site: { id: Generated<number>; name: string };
  point_group: {
    id: Generated<number>;
    site_id: number;
    server: string;
    datastore: string;
    namespace: string;
    type: 'vm' | 'ct' | 'host';
    guest: string;
  };
  policy_version: { id: Generated<number>; digest: string };
  point: PointRow;
  task: { id: Generated<number>; site_id: number; upid: string; started_at: number; ended_at: number; status: string };
  task_guest: {
    task_id: number;
    n: number;
    vmid: number;
    result: string;
    duration_seconds: number | null;
    bytes: number | null;
    reused_fraction: number | null;
    error: string | null;
  };
  life: {
    site_id: number;
    key: string;
    state: string;
    first_seen_at: number;
    last_seen_at: number;
    opened_at: number | null;
    resolved_at: number | null;
    by_whom: string | null;
    reason: string | null;
    until_at: number | null;
    acts: number;
    finding: string;
  };
  guest: { id: Generated<number>; site_id: number; vmid: number };
  posture: { guest_id: number; at: number; name: string; tier: number | null; posture: string; because: string };
  meter: { id: Generated<number>; site_id: number; what: string };
  usage: { meter_id: number; at: number; total_bytes: number; used_bytes: number; available_bytes: number };
  look: { site_id: number; at: number; outcome: string; seconds: number; trouble: string | null };
  alert: {
    n: Generated<number>;
    id: string;
    site_id: number;
    at: number;
    channel: string;
    due_at: number;
    subject: string;
    text: string;
    severity: string;
    keys: string;
    tries: number;
    next_at: number;
    delivered_at: number | null;
    error: string | null;
  };
  audit: { n: number; at: number; by_whom: string; act: string; on_what: string; detail: string; entry: string; hash: string };
  audit_head: { one: number; n: number; hash: string };
  change: {
    n: Generated<number>;
    id: string;
    by_whom: string;
    at: number;
    summary: string;
    content: string;
    weakens: string;
    state: string;
    course: string;
    ended_at: number | null;
    revision: number;
  };
  policy_text: { n: Generated<number>; version: string; at: number; by_whom: string; summary: string; files: string };
  lease: { site_id: number; holder: string | null; token: number; until_ms: number; ttl_ms: number };
  account: {
    id: Generated<number>;
    key: string;
    name: string;
    kind: string;
    subject: string | null;
    role: string;
    password: string | null;
    disabled: number;
    created_at: number;
    last_login_at: number | null;
  };
  session: { hash: string; account_id: number; via: string; created_at: number; seen_at: number };
  api_token: {
    id: string;
    hash: string;
    account_id: number;
    label: string;
    scope: string;
    created_at: number;
    expires_at: number;
    last_used_at: number | null;
  };
  setup: { one: number; hash: string; until_at: number };
  replica: { holder: string; seen_ms: number; sites: string };
};

export type PointRow = {
  group_id: number;
  at: number;
  first_seen_at: number;
  size_bytes: number | null;
  tier: number | null;
  not_before_at: number | null;
  policy_id: number | null;
  verified_at: number | null;
  verified_ok: number | null;
  protected: number;
  locked_at: number | null;
  gone_at: number | null;
  gone_by: string | null;
};

/** An open database, and what its kind does differently. */
export type Database = {
  readonly db: Kysely<Tables>;
  readonly kind: Kind;
  /** For messages: the file, or host and name without a password. */
  readonly where: string;
};

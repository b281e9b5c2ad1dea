/** A policy to begin with, by the name `holdfast init --preset` knows it. */
export type Preset = { readonly name: string; readonly summary: string; readonly text: string };

const ADR_005 = `# yaml-language-server: $schema=https://holdfast.dev/policy.schema.json
#
# The four tiers of ADR-005, "Tiered Backup Strategy for Data VMs", true to it in every number it states.
#
# As written, the ADR's numbers do not keep its own promises: a daily run passes 24 hours by its own duration, a month
# has up to 31 days, and keep-* values count days, weeks and months that have a backup, not time. So every tier carries
# a grace that says openly how late a recovery point may be, and Holdfast computes the keep-* values from the retention.
# What it takes to keep the promises with no grace at all, and what the stated keep-* values break, is shown by
#
#     holdfast check --strict
#
# Change the addresses below; the rest holds as it is.
holdfast: 1

sites:
  home:
    timeZone: Europe/Vienna
    pve:
      url: "https://pve.lan:8006"
      # fingerprint: "AB:CD:…"                    # of a self-signed certificate; printed by: holdfast trust pve.lan
      token: "env:HOLDFAST_PVE_TOKEN"             # looks, and may do nothing else
      applyToken: "env:HOLDFAST_PVE_APPLY_TOKEN"  # used by apply, adopt and move only
    pbs:
      url: "https://pbs.lan:8007"
      # fingerprint: "12:34:…"
      token: "env:HOLDFAST_PBS_TOKEN"
      applyToken: "env:HOLDFAST_PBS_APPLY_TOKEN"
      datastore: main
      namespace: home
    places: holdfast                              # or opentofu: then Holdfast checks pools, namespaces and storages
    storages:
      backupToken: "env:HOLDFAST_BACKUP_TOKEN"    # PVE's login on PBS: DatastoreBackup and nothing more
    window: "22:00-06:00"

tiers:
  # ADR: daily, RPO 24 hours, RTO 4 hours, kept for 30 days, on zfs-longhorn. Postgres, PBS, critical databases.
  # Grace 2h: two runs are up to 25 hours apart (the night the clocks go back), and a point is usable only when its
  # backup has waited (20m) and ended (40m). Not 02:00: that time does not exist on the night the clocks go forward,
  # and Proxmox would leave the whole day out.
  1:
    name: Critical production
    purpose: "Production databases and critical application data; backup infrastructure"
    pool: tier-1
    rpo: 24h
    grace: 2h
    rto: 4h
    retention: 30d
    schedule: "04:00"
    storage: zfs-longhorn
    stated: { keep: { daily: 30 } }
    verify: { within: 1d, every: 30d }
    drill: { every: 30d }
    lock: true

  # ADR: weekly, RPO 7 days, RTO 24 hours, kept for 12 weeks (84 days). Configuration, application state, web data.
  # Grace 2h: a week with the night the clocks go back has one hour more, and a backup waits and takes its time.
  2:
    name: Standard application
    purpose: "Configuration, application state, web application data"
    pool: tier-2
    rpo: 7d
    grace: 2h
    rto: 24h
    retention: 12w
    schedule: "sun 05:00"
    storage: zfs-longhorn
    stated: { keep: { weekly: 12 } }
    verify: { within: 2d, every: 30d }
    drill: { every: 90d }

  # ADR: monthly, RPO 30 days, RTO 48 hours, kept for 3 months (90 days). Sandboxes, development, tests.
  # Grace 1d 2h: most months have 31 days, not 30, and October one hour more.
  3:
    name: Development and testing
    purpose: "Sandboxes, development databases, test environments"
    pool: tier-3
    rpo: 30d
    grace: 1d2h
    rto: 48h
    retention: 90d
    schedule: "*-1 22:00"
    storage: zfs-longhorn
    stated: { keep: { monthly: 3 } }
    verify: { within: 7d, every: 90d }

  # ADR: quarterly, RPO 90 days, RTO 1 week, kept for 6 months (180 days). Models, caches, regenerable data.
  # Grace 2d 2h: a quarter has up to 92 days.
  4:
    name: Cache and temporary
    purpose: "Regenerable data: models, caches, temporary files"
    pool: tier-4
    rpo: 90d
    grace: 2d2h
    rto: 1w
    retention: 180d
    schedule: "*-1,4,7,10-1 23:30"
    storage: zfs-longhorn
    stated: { keep: { last: 2 } }
    verify: { within: 7d, every: 90d }
    # A quarterly point is rare, so somebody makes one by hand before a change: it takes one of the places that
    # keep-last counts, and the point before it would go a quarter early.
    assume: { extraRuns: 1 }

# The first line that matches wins; "holdfast explain GUEST" says which one it was.
assign:
  - { tier: 1, names: ["postgres*"] }             # production database
  - { tier: 1, names: ["pbs*"] }                  # backup infrastructure
  - { tier: 4, names: ["ollama*"] }               # models can be fetched again
  - { tier: 3, names: ["sandbox*"] }              # development environment
  - { tier: 2, pools: [tier-2] }                  # whoever puts a guest into the pool assigns it

assume:
  duration: 40m                                   # longest backup of one guest, until one was measured
  queue: 20m                                      # longest wait for its turn
  lostRuns: 0                                     # failed runs in a row with the promise still kept
  extraRuns: 0                                    # backups made by hand between two runs
  restoreRate: 100MiB/s
`;

const PRESETS: readonly Preset[] = [{ name: 'adr-005', summary: 'the four tiers of ADR-005', text: ADR_005 }];

export const PRESET_NAMES: readonly string[] = PRESETS.map(({ name }) => name);

/** The policy file of a preset, as it ships; undefined where none is called so. */
export function presetText(name: string): string | undefined {
  return PRESETS.find((preset) => preset.name === name)?.text;
}

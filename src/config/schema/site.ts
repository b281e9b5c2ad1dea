import { z } from 'zod';
import * as f from '../format.ts';
import { field, type Note } from '../note.ts';
import { datastoreId, many, namespace, text } from './parts.ts';

type Product = { readonly url: string; readonly variable: string };

const FINGERPRINT: Note = {
  description:
    "SHA-256 fingerprint of the server's certificate; `holdfast trust URL` prints what to write. Without it a certificate authority must vouch for the server.",
  example: '"AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89"',
  why: 'whoever answers with another certificate would get the token',
  format: 'fingerprint',
};

/** How a server is reached. PVE and PBS are reached in the same way; what an editor shows differs. */
function access({ url, variable }: Product) {
  return {
    url: field(z.union([f.url(), many(f.url())]), {
      description: 'Address of the server, `https://host:port`; several are addresses of one cluster, tried in order.',
      example: `"${url}"`,
      why: 'Holdfast speaks to the servers over TLS only, and the path of the API is its own business',
      format: 'url',
    }),
    fingerprint: field(z.union([f.fingerprint(), z.record(f.url(), field(f.fingerprint(), FINGERPRINT))]), {
      ...FINGERPRINT,
      description: `${FINGERPRINT.description} Several addresses have several: \`{ "${url}": "AB:CD:…" }\`.`,
    }).optional(),
    token: field(f.secret(), {
      description: 'API token for looking: audit rights are enough.',
      example: `"env:HOLDFAST_${variable}_TOKEN"`,
      why: SECRET_WHY,
      format: 'secret',
    }),
    applyToken: field(f.secret(), {
      description: 'API token for `apply`, `adopt` and `move`.',
      example: `"env:HOLDFAST_${variable}_APPLY_TOKEN"`,
      why: SECRET_WHY,
      format: 'secret',
      absent: '`token`',
    }).optional(),
  };
}

const SECRET_WHY = 'a policy is read by many and lives in a repository; a secret in it is a secret no more';

const PveSchema = field(
  z.strictObject({
    ...access({ url: 'https://pve.lan:8006', variable: 'PVE' }),
    retryToken: field(f.secret(), {
      description: 'API token with which `serve` starts a backup again that failed for a passing reason.',
      example: '"env:HOLDFAST_PVE_RETRY_TOKEN"',
      why: SECRET_WHY,
      format: 'secret',
      absent: 'nothing is started again',
    }).optional(),
    pressureToken: field(f.secret(), {
      description: 'API token with which `serve` suspends the backup jobs that `pressure` names, and takes them back.',
      example: '"env:HOLDFAST_PVE_PRESSURE_TOKEN"',
      why: SECRET_WHY,
      format: 'secret',
      absent: 'nothing is suspended',
    }).optional(),
  }),
  {
    description: 'How the PVE cluster is reached.',
    example: '{ url: "https://pve.lan:8006", token: "env:HOLDFAST_PVE_TOKEN" }',
    why: 'guests, pools, storages and backup jobs are read there',
  },
);

const TrafficSchema = z.strictObject({
  name: field(f.name('name of a traffic rule', /^[A-Za-z0-9_][A-Za-z0-9._-]{0,22}$/, 'up to 23 letters, digits, ".", "_" and "-"'), {
    description: 'What the rule is called; on PBS `hf-NAME`.',
    example: 'office',
    why: 'PBS knows its rules by name',
  }),
  networks: field(many(f.network()), {
    description: 'Where the clients are. Of several rules that match PBS takes the one with the smallest network.',
    example: '["10.0.0.0/8"]',
    why: 'the limit holds for these addresses only',
    format: 'network',
  }),
  rateIn: field(f.rate(), {
    description: 'Most that flows into PBS: backups, and what a sync pushes to it.',
    example: '100MiB/s',
    why: 'a line is shared with people',
    format: 'rate',
  }).optional(),
  rateOut: field(f.rate(), {
    description: 'Most that flows out of PBS: restores, and what a sync pulls from it.',
    example: '50MiB/s',
    why: 'a line is shared with people',
    format: 'rate',
  }).optional(),
  timeframe: field(z.union([f.timeframe(), many(f.timeframe())]), {
    description: 'When the limit holds, in the zone of the PBS; one or several.',
    example: '"mon..fri 08:00-18:00"',
    why: 'outside of it the rule limits nothing',
    format: 'timeframe',
    absent: 'always',
  }).optional(),
});

const PbsSchema = field(
  z.strictObject({
    ...access({ url: 'https://pbs.lan:8007', variable: 'PBS' }),
    name: field(f.name('name of a server', /^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, ".", "_" and "-"'), {
      description: 'How tiers refer to this server; needed where a site has several.',
      example: 'pbs',
      why: 'a tier says by this name where its backups go',
      absent: 'pbs',
    }).optional(),
    datastore: field(datastoreId(), {
      description: 'Datastore for the tiers that name none.',
      example: 'main',
      why: 'backups of every tier lie in a datastore, and none was named',
    }),
    namespace: field(namespace(), {
      description: "The site's own namespace, below which the tiers' namespaces lie. Empty: the root.",
      example: 'home',
      why: 'two sites in one namespace overwrite each other wherever they use the same vmid',
      absent: 'the root',
    }).optional(),
    gcSchedule: field(text(), {
      description: "When the datastore's garbage is collected: a Proxmox calendar event in the zone of the PBS.",
      example: '"sat 10:00"',
      why: 'what prune removed takes up its room until garbage is collected',
      format: 'event',
      absent: 'left as it is',
    }).optional(),
    verifyNew: field(z.boolean(), {
      description: 'Whether the datastore reads every recovery point once as soon as it has arrived.',
      example: 'true',
      why: 'a point nobody ever read may be damaged from the first day',
      absent: 'left as it is',
    }).optional(),
    traffic: field(many(TrafficSchema), {
      description: 'Bandwidth limits by network and time of day: traffic control of PBS. Making one takes Sys.Modify on / there.',
      example: '[{ name: office, networks: ["10.0.0.0/8"], rateIn: 100MiB/s, timeframe: "mon..fri 08:00-18:00" }]',
      why: 'a line is shared with people',
      absent: 'no rule of Holdfast',
    }).optional(),
  }),
  {
    description: 'How a PBS is reached, and where on it the backups lie.',
    example: '{ url: "https://pbs.lan:8007", token: "env:HOLDFAST_PBS_TOKEN", datastore: main }',
    why: 'recovery points are read there; without them nothing is proved',
  },
);

const PressureSchema = z.strictObject({
  tiers: field(many(z.number().int().positive()), {
    description: 'Tiers whose backup job may be suspended, the highest number first; never tier 1.',
    example: '[4, 3]',
    why: 'a tier is suspended only where somebody said so by its number',
  }),
  below: field(f.duration(), {
    description: 'A job is suspended when garbage collection can no longer run within this time, by the forecast.',
    example: '14d',
    why: 'suspending makes no room, it only keeps what is left, so it must begin early',
    format: 'duration',
    absent: '14d',
  }).optional(),
  resume: field(f.duration(), {
    description: 'A suspended job is taken back when garbage collection can run for this long again.',
    example: '30d',
    why: 'without a distance to `below` a job would come and go from day to day',
    format: 'duration',
    absent: '30d',
  }).optional(),
  for: field(f.duration(), {
    description: 'A suspended job is taken back after this time in any case, and left alone as long.',
    example: '7d',
    why: 'a suspension that nobody ends is a promise that nobody keeps',
    format: 'duration',
    absent: '7d',
  }).optional(),
});

export const SiteSchema = z.strictObject({
  timeZone: field(f.zone(), {
    description: "IANA time zone in which the site's hosts run; checked against the nodes.",
    example: 'Europe/Vienna',
    why: 'schedules and prune rules are computed in the zone of the host that runs them',
    format: 'zone',
  }),
  pve: PveSchema,
  pbs: field(z.union([PbsSchema, many(PbsSchema)]), {
    description: 'The PBS the site backs up to, or several with a `name` each. The first holds the tiers that name none.',
    example: '{ url: "https://pbs.lan:8007", token: "env:HOLDFAST_PBS_TOKEN", datastore: main }',
    why: 'recovery points are read there; without them nothing is proved',
  }),
  places: field(z.enum(['holdfast', 'opentofu']), {
    description: 'Who makes pools, namespaces and storages. With `opentofu` Holdfast checks them and says what to change in code.',
    example: 'opentofu',
    why: "two tools that both believe they own a pool undo each other's work",
    absent: 'opentofu',
  }).optional(),
  storages: field(
    z.strictObject({
      backupToken: field(f.secret(), {
        description: "The login PVE's storages get: DatastoreBackup on the site's namespace and nothing more.",
        example: '"env:HOLDFAST_BACKUP_TOKEN"',
        why: SECRET_WHY,
        format: 'secret',
      }).optional(),
      server: field(text(), {
        description: "PBS's address as the nodes see it, if it is another one than in `url`: a host, with `:port` where that is not 8007.",
        example: 'pbs.lan',
        why: 'the nodes send the backups there',
      }).optional(),
    }),
    {
      description: "How PVE's storages reach PBS. `places: holdfast` and locks need the login; `holdfast tofu vars` writes the address.",
      example: '{ backupToken: "env:HOLDFAST_BACKUP_TOKEN" }',
      why: 'a storage needs a login of its own, and it must not be one that can delete',
    },
  ).optional(),
  window: field(f.window(), {
    description: 'When backups may run, in local time. Absent: at any time.',
    example: '"22:00-06:00"',
    why: 'jobs are placed inside it, and a job that cannot fit is told early',
    format: 'window',
    absent: 'any time',
  }).optional(),
  pressure: field(PressureSchema, {
    description: 'Which tiers step back when their datastore is about to fill. It takes `pve.pressureToken`.',
    example: '{ tiers: [4, 3], below: 14d, resume: 30d, for: 7d }',
    why: 'a datastore that is full stops the backups of every tier, the most important one among them',
    absent: 'no job is ever suspended',
  }).optional(),
});

import { z } from 'zod';
import * as f from '../format.ts';
import { field } from '../note.ts';
import { AssumeSchema, KeepSchema, SAFE_ID, datastoreId, namespace, storageId, text } from './parts.ts';

export const TierSchema = z.strictObject({
  name: field(text(), {
    description: 'What people call the tier.',
    example: 'Critical production',
    why: 'alerts and reports name the tier by it',
  }),
  purpose: field(text(), {
    description: 'What belongs into the tier, in a sentence.',
    example: '"Production databases and critical application data"',
    why: 'whoever assigns a new guest reads it',
  }).optional(),
  pool: field(
    f.name(
      'name of a pool',
      /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+){0,2}$/,
      'letters, digits, ".", "_" and "-", in up to three parts with "/" between them',
    ),
    {
      description: 'PVE pool whose members are the guests of the tier.',
      example: 'tier-1',
      why: 'the backup job takes the members of this pool, no more and no less',
      absent: '`tier-` and its number',
    },
  ).optional(),
  rpo: field(f.duration(), {
    description: 'Recovery point objective: the largest data age that is promised. Elapsed time.',
    example: '24h',
    why: 'it is the promise itself: how much work may be lost',
    format: 'duration',
  }),
  grace: field(f.duration(), {
    description: 'How late a recovery point may be before attention becomes at-risk; shown wherever the RPO is.',
    example: '2h',
    why: 'a nightly run passes 24 h by its own duration; the grace says openly by how much',
    format: 'duration',
    absent: '0s',
  }).optional(),
  rto: field(f.duration(), {
    description: 'Recovery time objective: the longest time to be back.',
    example: '4h',
    why: 'it is what restores and drills are measured against',
    format: 'duration',
  }),
  retention: field(f.duration(), {
    description: 'No recovery point is removed before this age. keep-* values are computed from it and proved.',
    example: '30d',
    why: 'without it nothing says how long a recovery point has to stay',
    format: 'duration',
  }),
  deleteAfter: field(f.duration(), {
    description: 'Every recovery point is removed by this age.',
    example: '60d',
    why: 'where data must not be kept longer, an upper bound is a promise too',
    format: 'duration',
    absent: 'no upper bound',
  }).optional(),
  reach: field(f.duration(), {
    description: 'How far back a restore reaches at every moment. Derived and shown; promised where it stands here.',
    example: '29d',
    why: 'between two backups the oldest point is gone and the newest not yet there',
    format: 'duration',
  }).optional(),
  schedule: field(text(), {
    description: "When PVE starts the tier's backup job: a Proxmox calendar event in the site's zone.",
    example: '"04:00"',
    why: 'the widest gap between two runs decides whether the RPO can be kept at all',
    format: 'event',
  }),
  storage: field(storageId(), {
    description: "PVE storage where these guests' disks belong.",
    example: 'zfs-longhorn',
    why: 'a disk elsewhere is slower, or shares its fate with the backups',
  }).optional(),
  keep: field(KeepSchema, {
    description: 'keep-* values fixed by hand. Absent: computed from the retention. Proved either way.',
    example: '{ daily: 31 }',
    why: 'values typed in by feel are what most often removes a point too early',
    absent: 'computed',
  }).optional(),
  stated: field(
    z.strictObject({
      keep: field(KeepSchema, {
        description: 'keep-* values as a decision record states them.',
        example: '{ daily: 30 }',
        why: '`check --strict` holds them against the promise',
      }).optional(),
    }),
    {
      description: 'What a decision record says about this tier. Nothing is configured from it.',
      example: '{ keep: { daily: 30 } }',
      why: '`check --strict` shows which of its own promises the record breaks',
    },
  ).optional(),
  verify: field(
    z.strictObject({
      within: field(f.duration(), {
        description: 'By when after its end a new recovery point has been read once.',
        example: '1d',
        why: 'a point nobody ever read may be damaged from the first day',
        format: 'duration',
      }).optional(),
      every: field(f.duration(), {
        description: 'How old the last verification of a recovery point may become.',
        example: '30d',
        why: 'disks forget; a verification proves a point only for the day on which it ran',
        format: 'duration',
      }),
    }),
    {
      description: 'Verification by the server that keeps the point.',
      example: '{ within: 1d, every: 30d }',
      why: 'an unread point is a hope, not a proof',
    },
  ).optional(),
  drill: field(
    z.strictObject({
      every: field(f.duration(), {
        description: 'How old the last restore drill of the tier may become.',
        example: '30d',
        why: 'a restore nobody tried is a plan, not a proof',
        format: 'duration',
      }),
    }),
    {
      description: 'Restores done on a schedule, with a clock and a record.',
      example: '{ every: 30d }',
      why: 'a restore nobody tried is a plan, not a proof',
    },
  ).optional(),
  lock: field(z.boolean(), {
    description: 'Points are protected on PBS until their retention has passed.',
    example: 'true',
    why: 'a protected point outlives a wrong prune job and a stolen backup token',
    absent: 'false',
  }).optional(),
  offsite: field(
    z.strictObject({
      remote: field(f.name('name of a remote', SAFE_ID, '3 to 32 letters, digits, ".", "_" and "-"'), {
        description: 'Name of the remote on PBS.',
        example: 'vault',
        why: 'it says where the copy goes',
      }),
      within: field(f.duration(), {
        description: 'How old the newest recovery point at the other place may become, beyond the RPO.',
        example: '2d',
        why: 'after a fire only the copy counts, and its age is what is lost',
        format: 'duration',
      }),
      direction: field(z.enum(['pull', 'push']), {
        description: '`pull`: the other PBS fetches; `push`: this one sends.',
        example: 'pull',
        why: 'a server that sends must hold a login that can write at the other place',
        absent: 'pull',
      }).optional(),
      datastore: field(datastoreId(), {
        description: 'Datastore at the other place.',
        example: 'vault',
        why: 'it says where the copy lies',
      }).optional(),
      namespace: field(namespace(), {
        description: 'Namespace at the other place.',
        example: 'home/tier-1',
        why: 'it says where the copy lies',
      }).optional(),
      schedule: field(text(), {
        description: 'When the sync job runs.',
        example: '"04:00"',
        why: 'the copy is as old as the last sync',
        format: 'event',
      }).optional(),
      bandwidth: field(f.rate(), {
        description: 'Limit of the sync job.',
        example: '20MiB/s',
        why: 'a line is shared with people',
        format: 'rate',
      }).optional(),
    }),
    {
      description: 'A copy at one more place.',
      example: '{ remote: vault, within: 2d }',
      why: 'what takes the house takes both, guests and backups',
    },
  ).optional(),
  encryption: field(z.boolean(), {
    description: 'Points are encrypted with a key that PVE holds.',
    example: 'true',
    why: 'whoever carries the disks of PBS away can read what is not encrypted',
    absent: 'false',
  }).optional(),
  budget: field(f.size(), {
    description: "Most space the tier's backups may take.",
    example: '500GiB',
    why: 'a datastore that is full stops the backups of every tier',
    format: 'size',
  }).optional(),
  consistency: field(z.enum(['filesystem', 'crash']), {
    description: '`filesystem` promises a freeze by the guest agent; `crash` promises the state after a power cut.',
    example: 'filesystem',
    why: 'a database that was not frozen has to recover when it is restored',
    absent: 'crash',
  }).optional(),
  mode: field(z.enum(['snapshot', 'suspend', 'stop']), {
    description: "Mode of the tier's backup job.",
    example: 'snapshot',
    why: 'stop and suspend take the guest away for a while',
    absent: 'snapshot',
  }).optional(),
  owner: field(text(), {
    description: 'Who answers for the tier.',
    example: 'Infrastructure team',
    why: 'a finding goes to somebody',
  }).optional(),
  pbs: field(text(), {
    description: 'PBS of the site that holds the tier, by its name.',
    example: 'pbs',
    why: 'it says where the backups go',
    absent: "the site's first",
  }).optional(),
  datastore: field(datastoreId(), {
    description: "Datastore of that PBS, where it is not the server's own.",
    example: 'fast',
    why: 'it says where the backups lie',
  }).optional(),
  bandwidth: field(f.rate(), {
    description: "Limit of the tier's backup job.",
    example: '100MiB/s',
    why: 'a line is shared with people',
    format: 'rate',
  }).optional(),
  assume: field(AssumeSchema, {
    description: 'What is assumed for this tier, where it differs from the rest.',
    example: '{ duration: 2h }',
    why: 'a tier of large guests takes longer than one of small ones',
  }).optional(),
});

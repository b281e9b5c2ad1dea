import { z } from 'zod';
import * as f from '../format.ts';
import { field } from '../note.ts';
import { many, text } from './parts.ts';

const CHANNEL_WHY = 'what is found reaches nobody without a way to them';

const url = (example: string) =>
  field(text(), {
    description:
      'Where the messages go: an address, or where it is found (`env:NAME`, `file:/path`) if the address itself must stay secret.',
    example: `"${example}"`,
    why: CHANNEL_WHY,
  });

const token = (description: string) =>
  field(f.secret(), {
    description,
    example: '"env:HOLDFAST_ALERT_TOKEN"',
    why: 'a secret in a policy is a secret no more',
    format: 'secret',
  });

const channelParts = {
  email: field(
    z.strictObject({
      to: field(z.union([text(), many(text())]), { description: 'Who gets it.', example: 'ops@example.org', why: CHANNEL_WHY }),
      from: field(text(), { description: 'Sender.', example: 'holdfast@example.org', why: 'mail servers refuse mail from nobody' }),
      server: field(text(), {
        description:
          'Mail server, `smtps://host:465` or `smtp://host:587`; with `smtp://` the connection must become encrypted by STARTTLS, except on loopback.',
        example: '"smtps://mail.example.org:465"',
        why: CHANNEL_WHY,
      }),
      login: token('`user:password` at the mail server.').optional(),
    }),
    {
      description: 'By mail.',
      example: '{ to: ops@example.org, from: holdfast@example.org, server: "smtps://mail.example.org:465" }',
      why: CHANNEL_WHY,
    },
  ).optional(),
  webhook: field(
    z.strictObject({
      url: url('https://chat.example.org/hooks/…'),
      secret: token('Signs each message, as the Standard Webhooks describe it.').optional(),
      template: field(text(), {
        description: 'The body, with `{{subject}}`, `{{text}}`, `{{severity}}`, `{{site}}` and `{{id}}` in it, escaped as JSON text.',
        example: `'{"content": "{{subject}}"}'`,
        why: 'each chat wants its own words',
        absent: 'a JSON object of all of them',
      }).optional(),
    }),
    { description: 'By a POST to an address.', example: '{ url: "env:HOLDFAST_HOOK" }', why: CHANNEL_WHY },
  ).optional(),
  ntfy: field(z.strictObject({ url: url('https://ntfy.sh/a-topic-nobody-guesses'), token: token('Access token of ntfy.').optional() }), {
    description: 'By ntfy: the address of the topic.',
    example: '{ url: "env:HOLDFAST_NTFY" }',
    why: CHANNEL_WHY,
  }).optional(),
  gotify: field(z.strictObject({ url: url('https://gotify.example.org'), token: token('Token of the application in Gotify.') }), {
    description: 'By Gotify.',
    example: '{ url: "https://gotify.example.org", token: "env:HOLDFAST_GOTIFY" }',
    why: CHANNEL_WHY,
  }).optional(),
  apprise: field(
    z.strictObject({
      url: url('http://apprise.lan:8000/notify/holdfast'),
      tag: field(text(), {
        description: 'Tag of the services to use.',
        example: 'oncall',
        why: 'one configuration may serve several',
        absent: 'all',
      }).optional(),
    }),
    {
      description: 'By an Apprise API: the address with the key of its configuration.',
      example: '{ url: "http://apprise.lan:8000/notify/holdfast" }',
      why: CHANNEL_WHY,
    },
  ).optional(),
  alertmanager: field(
    z.strictObject({ url: url('http://alertmanager.lan:9093'), token: token('Bearer token, where it wants one.').optional() }),
    {
      description: 'To a Prometheus Alertmanager, which routes on its own.',
      example: '{ url: "http://alertmanager.lan:9093" }',
      why: CHANNEL_WHY,
    },
  ).optional(),
};

const channelNames = (example: string) =>
  field(z.union([text(), many(text())]), { description: 'Names of channels.', example, why: 'a message goes where a route sends it' });

const RouteSchema = z.strictObject({
  to: channelNames('[mail]'),
  tiers: field(many(z.int().min(1)), {
    description: 'Only what concerns a guest of these tiers, or the tier itself.',
    example: '[1, 2]',
    why: 'not everything is worth waking somebody',
  }).optional(),
  sites: field(many(text()), { description: 'Only these sites.', example: '[home]', why: 'each site has its own people' }).optional(),
  owners: field(many(text()), {
    description: 'Only tiers with these owners.',
    example: '[dba]',
    why: 'whoever owns a promise hears of it',
  }).optional(),
  severity: field(z.enum(['error', 'warning']), {
    description: 'The least that matters here.',
    example: 'error',
    why: 'warnings may wait for the morning',
    absent: 'warning',
  }).optional(),
  also: field(z.boolean(), {
    description: 'Ask the next route that matches too.',
    example: 'true',
    why: 'the first route that matches decides otherwise',
    absent: 'false',
  }).optional(),
  repeat: field(f.duration(), {
    description: 'Tell again after this long while it lasts and nobody acknowledged it.',
    example: '1d',
    why: 'a message can be overlooked',
    format: 'duration',
    absent: 'never',
  }).optional(),
  digest: field(f.clock(), {
    description: 'Once a day at this time of the site, everything that is new in one message.',
    example: '"07:30"',
    why: 'what can wait should not disturb',
    format: 'clock',
    absent: 'at once',
  }).optional(),
  escalate: field(
    z.strictObject({
      after: field(f.duration(), {
        description: 'How long nobody acknowledged.',
        example: '4h',
        why: 'whoever was told may be away',
        format: 'duration',
      }),
      to: channelNames('[boss]'),
    }),
    {
      description: 'Who is told too where nobody acknowledges.',
      example: '{ after: 4h, to: [boss] }',
      why: 'whoever was told may be away',
    },
  ).optional(),
});

export const AlertsSchema = z.strictObject({
  channels: field(
    z.record(
      f.name('name of a channel', /^[A-Za-z][A-Za-z0-9_-]*$/, 'letters, digits, "_" and "-", a letter first'),
      z.strictObject(channelParts),
    ),
    {
      description: 'Ways to people and systems, by name; each is of one kind.',
      example: '{ mail: { email: { … } } }',
      why: CHANNEL_WHY,
    },
  ),
  routes: field(z.array(RouteSchema), {
    description: 'Who is told what. The first route that matches decides; selectors of different kinds must all match.',
    example: '[ { tiers: [1], to: [phone, mail], repeat: 4h }, { to: [mail], digest: "07:30" } ]',
    why: 'what no route sends is told to nobody',
  }),
  thresholds: field(
    z.record(
      f.name('number of a tier', /^[1-9][0-9]{0,3}$/, 'a whole number from 1'),
      z.strictObject({
        late: field(f.duration(), {
          description: 'How late a recovery point of this tier may be before it is told.',
          example: '15m',
          why: 'a promise that matters is spoken of early, and one that does not when it is worth it',
          format: 'duration',
        }),
      }),
    ),
    {
      description: 'From when on something is told, by tier. What breaks a promise is told at once, whatever stands here.',
      example: '{ 1: { late: 15m }, 4: { late: 2d } }',
      why: 'what is early enough for a database is noise for a cache',
      absent: 'half-way from when a point was due to when the promise breaks',
    },
  ).optional(),
  quiet: field(f.window(), {
    description: 'Local hours of the site in which nobody is disturbed. What concerns tier 1 is told all the same.',
    example: '"22:00-07:00"',
    why: 'a message that wakes people for a cache is switched off, and the next one with it',
    format: 'window',
    absent: 'never',
  }).optional(),
  heartbeat: field(
    z.strictObject({
      url: token('Address that is called, as healthchecks-style services give it.'),
      every: field(f.duration(), {
        description: 'How often.',
        example: '5m',
        why: 'they tell when it stays away',
        format: 'duration',
        absent: '5m',
      }).optional(),
    }),
    {
      description:
        'A call to somebody outside for as long as every site is watched. When it stays away, they tell you: nobody can report its own death.',
      example: '{ url: "env:HOLDFAST_HEARTBEAT" }',
      why: 'silence of the watcher must not read as calm',
    },
  ).optional(),
});

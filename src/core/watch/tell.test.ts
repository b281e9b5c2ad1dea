import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AlertRecord, FindingLife } from '../memory/record.ts';
import type { Alerts, Route } from '../policy/alerts.ts';
import { tell } from './tell.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** 2026-11-25 13:00 in Vienna. */
const NOON = 1_795_608_000;
const VIENNA = { name: 'home', timeZone: 'Europe/Vienna' };
const TIERS = [
  { id: 1, name: 'Critical', owner: 'dba' },
  { id: 4, name: 'Cache' },
];

function makeRoute(route: Partial<Route> = {}): Route {
  return { index: 0, to: ['mail'], also: false, severity: 'warning', ...route };
}

function makeAlerts(routes: readonly Route[], alerts: Partial<Alerts> = {}): Alerts {
  return { channels: [{ name: 'mail', kind: 'ntfy', url: 'https://ntfy.lan/x' }], routes, ...alerts };
}

function makeLife(
  life: Partial<FindingLife> = {},
  tier: number | undefined = 1,
  severity: 'error' | 'warning' | 'info' = 'error',
): FindingLife {
  const openedAt = life.openedAt ?? NOON;
  return {
    key: `HF-LATE vm/10${tier ?? 0}`,
    site: 'home',
    state: 'open',
    firstSeenAt: openedAt,
    lastSeenAt: openedAt,
    openedAt,
    finding: {
      severity,
      code: 'HF-LATE',
      at: `home: vm/10${tier ?? 0} postgres`,
      problem: 'The newest usable point is 1d 3h old, promised is 1d + 2h grace',
      why: 'a disk lost now takes more work with it than was promised',
      fix: 'look at its last run:\n    holdfast explain 101',
      site: 'home',
      ...(tier === undefined ? {} : { tier }),
    },
    ...life,
  };
}

type Scene = {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly alerts?: Partial<Alerts>;
  readonly life: FindingLife;
  readonly now: number;
  readonly sent?: readonly Pick<AlertRecord, 'channel' | 'at' | 'severity' | 'keys'>[];
  /** `channel: subject's beginning` */
  readonly told: readonly string[];
};

const KEY = 'HF-LATE vm/101';
const sentAt = (at: number, severity: AlertRecord['severity'] = 'error') => ({ channel: 'mail', at, severity, keys: [KEY] });
const resolved = (resolvedAt: number): FindingLife => makeLife({ state: 'resolved', resolvedAt });
const NIGHT = NOON + 11 * HOUR; // midnight in Vienna
const QUIET = { quiet: { startMinute: 22 * 60, endMinute: 7 * 60 } };

const SCENES: readonly Scene[] = [
  { name: 'what opens is told at once', routes: [makeRoute()], life: makeLife(), now: NOON, told: ['mail: error: home'] },
  { name: 'what is only seen is not told yet', routes: [makeRoute()], life: makeLife({ state: 'seen' }), now: NOON, told: [] },
  { name: 'what is worth knowing is told to nobody', routes: [makeRoute()], life: makeLife({}, 1, 'info'), now: NOON, told: [] },
  { name: 'told once is told', routes: [makeRoute()], life: makeLife(), now: NOON + 30 * DAY, sent: [sentAt(NOON)], told: [] },
  {
    name: 'it is told again after the time the route names',
    routes: [makeRoute({ repeatSeconds: DAY })],
    life: makeLife(),
    now: NOON + DAY,
    sent: [sentAt(NOON)],
    told: ['mail: error, still'],
  },
  {
    name: 'and not before',
    routes: [makeRoute({ repeatSeconds: DAY })],
    life: makeLife(),
    now: NOON + DAY - 1,
    sent: [sentAt(NOON)],
    told: [],
  },
  {
    name: 'nor while somebody looks after it',
    routes: [makeRoute({ repeatSeconds: DAY })],
    life: makeLife({ state: 'acknowledged' }),
    now: NOON + 9 * DAY,
    sent: [sentAt(NOON)],
    told: [],
  },
  { name: 'what somebody has suppressed is not told', routes: [makeRoute()], life: makeLife({ state: 'suppressed' }), now: NOON, told: [] },
  {
    name: 'its end is told to who was told',
    routes: [makeRoute()],
    life: resolved(NOON + HOUR),
    now: NOON + HOUR,
    sent: [sentAt(NOON)],
    told: ['mail: over: home'],
  },
  { name: 'and to nobody else', routes: [makeRoute()], life: resolved(NOON + HOUR), now: NOON + HOUR, told: [] },
  {
    name: 'its end is told once',
    routes: [makeRoute()],
    life: resolved(NOON + HOUR),
    now: NOON + 2 * HOUR,
    sent: [sentAt(NOON), sentAt(NOON + HOUR, 'over')],
    told: [],
  },
  {
    name: 'what comes back is told again',
    routes: [makeRoute()],
    life: makeLife({ openedAt: NOON + DAY }),
    now: NOON + DAY,
    sent: [sentAt(NOON), sentAt(NOON + HOUR, 'over')],
    told: ['mail: error: home'],
  },
  {
    name: 'quiet hours hold a message of tier 4 back',
    routes: [makeRoute()],
    alerts: QUIET,
    life: makeLife({ openedAt: NIGHT }, 4),
    now: NIGHT + 6 * HOUR,
    told: [],
  },
  {
    name: 'and give it in the morning',
    routes: [makeRoute()],
    alerts: QUIET,
    life: makeLife({ openedAt: NIGHT }, 4),
    now: NIGHT + 7 * HOUR,
    told: ['mail: error: home'],
  },
  {
    name: 'quiet hours never silence tier 1',
    routes: [makeRoute()],
    alerts: QUIET,
    life: makeLife({ openedAt: NIGHT }),
    now: NIGHT,
    told: ['mail: error: home'],
  },
  {
    name: 'nor an outage of the whole site',
    routes: [makeRoute({ tiers: [1] })],
    alerts: QUIET,
    life: makeLife({ openedAt: NIGHT }, undefined),
    now: NIGHT,
    told: ['mail: error: home'],
  },
  {
    name: 'a trouble that ended in a quiet night was never told, and so is its end',
    routes: [makeRoute()],
    alerts: QUIET,
    life: { ...makeLife({ openedAt: NIGHT, state: 'resolved', resolvedAt: NIGHT + HOUR }, 4) },
    now: NIGHT + 8 * HOUR,
    told: [],
  },
  {
    name: 'a digest waits for its time of day',
    routes: [makeRoute({ digestMinute: 7 * 60 + 30 })],
    life: makeLife(),
    now: NOON + 18 * HOUR,
    told: [],
  },
  {
    name: 'and comes then',
    routes: [makeRoute({ digestMinute: 7 * 60 + 30 })],
    life: makeLife(),
    now: NOON + 18.5 * HOUR,
    told: ['mail: error: home'],
  },
  {
    name: 'the first route that matches decides',
    routes: [makeRoute({ tiers: [4], to: ['chat'] }), makeRoute({ tiers: [1], to: ['phone'] }), makeRoute({ to: ['mail'] })],
    life: makeLife(),
    now: NOON,
    told: ['phone: error: home'],
  },
  {
    name: 'and the next too where it says so',
    routes: [makeRoute({ tiers: [1], to: ['phone'], also: true }), makeRoute({ to: ['mail', 'phone'] })],
    life: makeLife(),
    now: NOON,
    told: ['phone: error: home', 'mail: error: home'],
  },
  {
    name: 'a route for errors takes no warning',
    routes: [makeRoute({ severity: 'error' })],
    life: makeLife({}, 1, 'warning'),
    now: NOON,
    told: [],
  },
  { name: 'a route of another site takes nothing', routes: [makeRoute({ sites: ['office'] })], life: makeLife(), now: NOON, told: [] },
  {
    name: 'an owner hears of the own tier',
    routes: [makeRoute({ owners: ['dba'] })],
    life: makeLife(),
    now: NOON,
    told: ['mail: error: home'],
  },
  { name: 'and of no other', routes: [makeRoute({ owners: ['dba'] })], life: makeLife({}, 4), now: NOON, told: [] },
  {
    name: 'after a while without an acknowledgement others hear of it',
    routes: [makeRoute({ escalate: { afterSeconds: 4 * HOUR, to: ['boss'] } })],
    life: makeLife(),
    now: NOON + 4 * HOUR,
    sent: [sentAt(NOON)],
    told: ['boss: error, not acknowledged'],
  },
  {
    name: 'not where somebody did',
    routes: [makeRoute({ escalate: { afterSeconds: 4 * HOUR, to: ['boss'] } })],
    life: makeLife({ state: 'acknowledged' }),
    now: NOON + 4 * HOUR,
    sent: [sentAt(NOON)],
    told: [],
  },
];

describe('tell', () => {
  for (const { name, routes, alerts, life, now, sent = [], told } of SCENES) {
    test(name, () => {
      const messages = tell({
        alerts: makeAlerts(routes, alerts),
        site: VIENNA,
        tiers: TIERS,
        tierOf: () => undefined,
        now,
        lives: [life],
        sent,
      });
      assert.equal(messages.length, told.length);
      messages.forEach(({ channel, subject }, i) => assert.ok(`${channel}: ${subject}`.startsWith(told[i]!), `${channel}: ${subject}`));
    });
  }

  test('thirty guests in trouble at once are one message, the worst first', () => {
    const lives = Array.from({ length: 30 }, (_, i) => makeLife({ key: `k${i}` }, 1, i === 17 ? 'error' : 'warning'));
    const [message, ...more] = tell({
      alerts: makeAlerts([makeRoute()]),
      site: VIENNA,
      tiers: TIERS,
      tierOf: () => 1,
      now: NOON,
      lives,
      sent: [],
    });
    assert.equal(more.length, 0);
    assert.equal(message!.severity, 'error');
    assert.equal(message!.keys[0], 'k17');
    assert.equal(message!.keys.length, 30);
    assert.match(message!.subject, /and 29 more at home$/);
    assert.match(message!.text, /… and 10 more\./);
  });

  test('the same cycle again makes the same message, another day another one', () => {
    const input = { alerts: makeAlerts([makeRoute()]), site: VIENNA, tiers: TIERS, tierOf: () => 1, sent: [] };
    const id = (openedAt: number, now: number): string => tell({ ...input, lives: [makeLife({ openedAt })], now })[0]!.id;
    assert.equal(id(NOON, NOON), id(NOON, NOON + 60));
    assert.notEqual(id(NOON, NOON), id(NOON + DAY, NOON + DAY));
  });
});

/** Numbers that look like chance and are the same each time. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('over any year: each trouble is told once, its end only after it and once', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = chance(seed);
    const sent: (AlertRecord & { readonly episode: number })[] = [];
    const alerts = makeAlerts([makeRoute({ tiers: [4], to: ['mail'], digestMinute: 450 }), makeRoute({ to: ['mail'] })], QUIET);
    let life: FindingLife | undefined;
    for (let now = NOON; now < NOON + 60 * DAY; now += HOUR) {
      if (!life || life.state === 'resolved') life = random() < 0.05 ? makeLife({ openedAt: now }, random() < 0.5 ? 1 : 4) : life;
      else if (random() < 0.05) life = { ...life, state: 'resolved', resolvedAt: now };
      // A cycle is lost now and then.
      if (!life || random() < 0.1) continue;
      const told = tell({ alerts, site: VIENNA, tiers: TIERS, tierOf: () => undefined, now, lives: [life], sent });
      sent.push(...told.map((message) => ({ ...message, episode: life!.openedAt! })));
    }
    for (const key of ['HF-LATE vm/101', 'HF-LATE vm/104']) {
      const words = sent.filter(({ keys }) => keys.includes(key)).map(({ severity, episode }) => `${severity} ${episode}`);
      assert.equal(new Set(words).size, words.length, `seed ${seed}: nothing twice in ${words.join(', ')}`);
      words
        .filter((word) => word.startsWith('over'))
        .forEach((word) => assert.ok(words.indexOf(word.replace('over', 'error')) < words.indexOf(word)));
    }
    assert.equal(new Set(sent.map(({ id }) => id)).size, sent.length);
    assert.ok(sent.some(({ severity }) => severity === 'over'));
  }
});

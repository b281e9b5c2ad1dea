import { expect, test } from 'vitest';
import type { Alerts } from '#core/policy/alerts.ts';
import { alertsInWords } from './settings.ts';

const ALERTS: Alerts = {
  channels: [
    { name: 'mail', kind: 'email', to: ['a@example.org', 'b@example.org'], from: 'h@example.org', server: 'smtp://mail.example.org:587' },
    { name: 'phone', kind: 'ntfy', url: 'https://ntfy.example.org/a-topic-nobody-guesses', token: 'env:NTFY_TOKEN' },
  ],
  routes: [
    {
      index: 0,
      to: ['phone'],
      tiers: [1, 2],
      sites: ['home'],
      severity: 'error',
      also: true,
      repeatSeconds: 14_400,
      escalate: { afterSeconds: 3_600, to: ['mail'] },
    },
    { index: 1, to: ['mail'], severity: 'warning', also: false, digestMinute: 7 * 60 + 5 },
  ],
  quiet: { startMinute: 22 * 60, endMinute: 6 * 60 },
  heartbeat: { url: 'env:HEARTBEAT_URL', everySeconds: 300 },
};

test('who is told what, in words', () => {
  expect(alertsInWords(ALERTS)).toEqual({
    channels: [
      { name: 'mail', kind: 'email', to: 'a@example.org, b@example.org by mail.example.org:587' },
      { name: 'phone', kind: 'ntfy', to: 'https://ntfy.example.org' },
    ],
    routes: [
      'errors of tier 1, 2 at home: phone; again every 4h; unanswered for 1h also to mail; and by the next that fits',
      'errors and warnings: mail; once a day at 07:05',
    ],
    quiet: '22:00 to 06:00 at the site, but for tier 1',
    heartbeat: 'every 5m, to the address in env:HEARTBEAT_URL',
  });
});

test('an address that may be a secret is told by its host alone', () => {
  expect(JSON.stringify(alertsInWords(ALERTS))).not.toContain('guesses');
});

test('without alerts nobody is told', () => {
  expect(alertsInWords(undefined)).toEqual({ channels: [], routes: [] });
});

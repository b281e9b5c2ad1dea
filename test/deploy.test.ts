import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metricsText } from '#server/metrics.ts';
import { hasPromtool, runPromtool } from './promtool.ts';

/** What stands in `deploy/` for other programs must fit what Holdfast says. */

const SITE = {
  site: 'home',
  state: 'watched',
  silent: [],
  looks: { complete: 1, partial: 0, failed: 0 },
  requests: 1,
  failures: 0,
} as const;
const WATCHING = {
  version: '0',
  replica: 'one',
  startedAt: 0,
  sites: [
    {
      ...SITE,
      messages: { sent: 0, failed: 0 },
      locks: { set: 0, lifted: 0 },
      retries: { started: 0, busy: 0, nothing: 0, failed: 0 },
      stores: [],
      jobs: [],
      unseen: [],
      uses: [],
      guests: [],
      findings: [],
    },
  ],
};

test('every metric that rules and dashboard ask for is one that Holdfast has', async () => {
  const { text } = await metricsText(WATCHING, 0);
  const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  for (const file of globSync('deploy/{prometheus,grafana}/*')) {
    const asked = [...readFileSync(file, 'utf8').matchAll(/\bholdfast_[a-z_]+/g)].map(([name]) => name);
    expect(asked.length, file).toBeGreaterThan(5);
    for (const name of asked) expect(known, `${name} in ${file}`).toContain(name);
  }
});

test.skipIf(!hasPromtool())('the alert rules are valid, and fire when they should', () => {
  expect(runPromtool(['check', 'rules', 'deploy/prometheus/holdfast.rules.yml']).text).toContain('SUCCESS: 14 rules found');
  expect(runPromtool(['test', 'rules', 'deploy/prometheus/holdfast.rules.test.yml'])).toEqual({
    code: 0,
    text: expect.stringContaining('SUCCESS'),
  });
});

test('the dashboard asks the data source and the sites that are chosen', () => {
  const { panels, templating } = JSON.parse(readFileSync('deploy/grafana/holdfast.json', 'utf8')) as {
    panels: readonly { readonly title: string; readonly description: string; readonly targets: readonly { readonly expr: string }[] }[];
    templating: { list: readonly { readonly name: string }[] };
  };
  expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'site']);
  for (const { title, description, targets } of panels) {
    expect(description, title).not.toBe('');
    for (const { expr } of targets) if (!expr.includes('resident')) expect(expr, title).toContain('site=~"$site"');
  }
});

test('the unit lets the engine write its code, and asks for no watchdog that nobody feeds', () => {
  const lines = readFileSync('deploy/systemd/holdfast.service', 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  expect(lines.filter((line) => /^(MemoryDenyWriteExecute|WatchdogSec)=/.test(line))).toEqual([]);
  expect(lines).toContain('RestartPreventExitStatus=2 5');
});

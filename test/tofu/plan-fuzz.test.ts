import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkedJson, checkedMarkdown, checkedText } from '#cli/views/tofu.ts';
import { makePaint } from '#cli/out.ts';
import { checkTofuPlan } from '#core/tofu/check.ts';
import { readTofuPlan } from '#core/tofu/plan-file.ts';
import { draws } from '#test/draws.ts';
import { makePolicy, makeRule, makeSeedTiers, makeSite, NOW } from '#test/make.ts';

const RECORDED = ['weaker-tier', 'destroyed', 'moved-into-a-map', 'changed-by-hand', 'let-go-of', 'pool-of-another-tier'].map((name) => readFileSync(`test/tofu/goldens/${name}.json`, 'utf8')); // prettier-ignore
const site = makeSite({ places: 'opentofu' });
const policy = makePolicy({ sites: [site], tiers: makeSeedTiers(), assign: [makeRule({ tier: 1, tags: ['tier-1'] })] });
const paint = makePaint(false);

/** Reads and checks a text to the end: no text may be a bug, and what is told must not steer a terminal or break a line of markdown. */
function survive(text: string): void {
  const read = readTofuPlan(text, 'plan.json');
  if (!read.ok) {
    expect(read.finding.code).toBe('HF-TOFU-PLAN');
    return;
  }
  const checked = checkTofuPlan({ policy, site, now: NOW, plan: read.plan, allow: new Set() });
  const view = { site: 'home', look: { kind: 'none' as const }, checked };
  expect(checkedText(view, paint)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/); // oxlint-disable-line no-control-regex
  checkedMarkdown(view);
  JSON.stringify(checkedJson(view));
}

/** Which recorded plan, and which of its values are exchanged for what. */
const spoiled = fc.tuple(
  fc.nat({ max: RECORDED.length - 1 }),
  fc.array(fc.tuple(fc.nat(), fc.jsonValue({ maxDepth: 2 })), { minLength: 1, maxLength: 6 }),
);

function spoil([index, changes]: readonly [number, readonly (readonly [number, unknown])[]]): string {
  const plan: unknown = JSON.parse(RECORDED[index]!);
  for (const [where, value] of changes) {
    const places = placesIn(plan);
    const place = places[where % places.length];
    if (place) place.holder[place.key] = value;
  }
  return JSON.stringify(plan);
}

type Place = { readonly holder: Record<string, unknown>; readonly key: string };

function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

test('a plan with anything in any place is checked or refused', () => {
  fc.assert(
    fc.property(spoiled, (how) => survive(spoil(how))),
    draws(400),
  );
}, 60_000);

test('any text is refused or checked', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), survive), draws(1000));
});

test('half of a plan is refused', () => {
  fc.assert(fc.property(fc.nat({ max: RECORDED.length - 1 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (index, part) => {
    const text = RECORDED[index]!;
    expect(readTofuPlan(text.slice(0, Math.floor(text.trimEnd().length * part)), 'x').ok).toBe(false);
  }), draws(200)); // prettier-ignore
});

test.each([
  ['nested without end', '['.repeat(1_000_000)],
  ['nested without end, and closed', `{"format_version":"1.2","resource_changes":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  ['names that would be places of objects', '{"format_version":"1.2","resource_changes":[{"address":"__proto__","type":"__proto__","change":{"actions":["create"],"after":{"vm_id":101,"__proto__":{"a":1}}}}]}'],
])('hostile: %s', (_, text) => {
  survive(text);
}); // prettier-ignore

test('ten thousand guests are checked within seconds', () => {
  const row = (vmid: number): unknown => ({ address: `vm[${vmid}]`, type: 'proxmox_virtual_environment_vm', mode: 'managed', change: { actions: ['create'], before: null, after: { vm_id: vmid, name: `web-${vmid}`, tags: ['tier-1'], pool_id: 'tier-1', disk: [{ interface: 'scsi0', datastore_id: 'a', path_in_datastore: `vm-${vmid}-disk-0`, size: 8, backup: true }] } } }); // prettier-ignore
  const text = JSON.stringify({ format_version: '1.2', resource_changes: Array.from({ length: 10_000 }, (_, index) => row(100 + index)) });
  const from = process.threadCpuUsage();
  survive(text);
  expect(process.threadCpuUsage(from).user / 1e6).toBeLessThan(15);
});

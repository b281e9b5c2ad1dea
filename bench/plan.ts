/**
 * A plan against reading: 10,000 guests with 600,000 points on a site of which nothing is Holdfast's yet, drawn whole (each guest gets a
 * step, each point is weighed against the new prune jobs), and the same site parsed from JSON. The best of a few turns of both counts.
 */
import { upkeepOf } from '#core/desired/upkeep.ts';
import { drawPlan } from '#core/plan/draw.ts';
import type { Actual } from '#core/world/actual.ts';
import * as make from '#test/make.ts';
import { report } from './result.ts';

const TURNS = 5;
const GUESTS = 10_000;
const POINTS = 60;
const tiers = make.makeSeedTiers();
const policy = make.makePolicy({
  tiers,
  assign: tiers.map(({ id }, index) => make.makeRule({ index, tier: id, tags: [`tier${id}`] })),
});

const text = JSON.stringify(fleet());
const parseMs: number[] = [];
const planMs: number[] = [];
let steps = 0;
for (let turn = 0; turn < TURNS; turn++) {
  const parseStart = performance.now();
  const actual = JSON.parse(text) as Actual;
  parseMs.push(performance.now() - parseStart);
  const planStart = performance.now();
  const { plan } = drawPlan({ policy, actuals: [actual], now: make.NOW, upkeep: (site) => upkeepOf(policy, site, make.NOW) });
  planMs.push(performance.now() - planStart);
  steps = plan.steps.length;
}

const [parse, plan] = [Math.min(...parseMs), Math.min(...planMs)];
report({
  name: 'plan 10,000 guests against JSON.parse of them',
  measured: `${steps} steps, ${GUESTS * POINTS} points: plan ${Math.round(plan)} ms, JSON.parse ${Math.round(parse)} ms of ${Math.round(text.length / 2 ** 20)} MiB`,
  value: plan / parse,
  limit: 1,
  unit: '×',
});

/** A site as it is observed before the first apply: guests by tag, and points of each from jobs that somebody made. */
function fleet(): Actual {
  const guests = Array.from({ length: GUESTS }, (_, i) => make.makeGuest({ vmid: 100 + i, tags: [`tier${(i % 4) + 1}`] }));
  const namespaces = tiers.map(({ id }) => ({
    datastore: 'main',
    namespace: `home/tier-${id}`,
    groups: make.seen(
      guests.filter((_, i) => (i % 4) + 1 === id).map(({ vmid }) => make.makeGroup({ id: String(vmid), snapshots: points(vmid) })),
    ),
  }));
  return make.makeActual({ pve: make.makePve({ guests: make.seen(guests) }), pbs: [make.makePbs({ namespaces })] });
}

function points(vmid: number): ReturnType<typeof make.makeSnapshot>[] {
  return Array.from({ length: POINTS }, (_, day) => make.makeSnapshot({ at: make.NOW - day * 86_400 - vmid }));
}

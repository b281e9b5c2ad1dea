import { describe, expect, test } from 'vitest';
import { upkeepOf } from '#core/desired/upkeep.ts';
import { drawPlan, type Drawn } from '#core/plan/draw.ts';
import type { Policy } from '#core/policy/policy.ts';
import type { Actual } from '#core/world/actual.ts';
import { applySteps } from '#test/apply-model.ts';
import * as make from '#test/make.ts';
import { makePaint } from '../out.ts';
import { planJson, planMarkdown, planText, type PlanView } from './plan.ts';

const paint = makePaint(false);

function draw(policy: Policy, ...actuals: readonly Actual[]): Drawn {
  return drawPlan({ policy, actuals, now: make.NOW, upkeep: (site) => upkeepOf(policy, site, make.NOW) });
}

function view({ plan, findings }: Drawn): PlanView {
  return { plan, findings };
}

const seed = make.makePolicy({
  tiers: make.makeSeedTiers(),
  assign: [
    make.makeRule({ index: 0, tier: 1, guests: ['postgres', 'pbs'] }),
    make.makeRule({ index: 1, tier: 4, guests: ['ollama'] }),
    make.makeRule({ index: 2, tier: 3, guests: ['sandbox'] }),
  ],
});
const guests = [
  make.makeGuest({ vmid: 101, name: 'postgres' }),
  make.makeGuest({ vmid: 102, name: 'pbs' }),
  make.makeGuest({ vmid: 103, name: 'ollama' }),
  make.makeGuest({ vmid: 104, name: 'sandbox', type: 'ct' }),
];
const empty = make.makeActual({ pve: make.makePve({ guests: make.seen(guests) }) });

/** The seed's tiers as applied, with thirty days of points of Postgres. */
function appliedWithPoints(): Actual {
  const applied = applySteps(empty, draw(seed, empty).plan.steps);
  const pbs = applied.pbs[0]!;
  const groups = make.seen([make.makeGroup({ snapshots: make.makeSnapshots(30) })]);
  const namespaces = pbs.namespaces.map((one) => (one.namespace === 'home/tier-1' ? { ...one, groups } : one));
  return make.makeActual({ ...applied, pbs: [{ ...pbs, namespaces }] });
}

/** Tier 1 keeps a week, tier 4 goes and its guest with it, Sandbox comes down from tier 1. */
const weaker = make.makePolicy({
  tiers: make
    .makeSeedTiers()
    .slice(0, 3)
    .map((tier) => (tier.id === 1 ? { ...tier, retentionSeconds: 7 * 86_400 } : tier)),
  assign: [make.makeRule({ index: 0, tier: 1, guests: ['pbs'] }), make.makeRule({ index: 1, tier: 2, names: ['*'] })],
});

const foreign = make.makeActual({
  pve: make.makePve({
    guests: make.seen([make.makeGuest({ vmid: 101, name: 'postgres', pool: 'prod' })]),
    pools: make.seen([make.makePool({ id: 'prod', vmids: [101] })]),
    backupJobs: make.seen([make.makeBackupJob({ id: 'hf-tier-1' })]),
  }),
});

const blind = make.makeActual({
  pve: make.makePve({
    storages: make.unseen({
      because: 'Permission check failed (/storage, Datastore.Audit)',
      privilege: 'Datastore.Audit',
      path: '/storage',
    }),
  }),
});

const STORIES = [
  { name: 'the seed on an empty site', drawn: draw(seed, empty) },
  { name: 'nothing to do', drawn: draw(seed, applySteps(empty, draw(seed, empty).plan.steps)) },
  { name: 'a policy that keeps less', drawn: draw(weaker, appliedWithPoints()) },
  { name: 'what people made by hand', drawn: draw(make.makePolicy(), foreign) },
  { name: 'a token that may not see storages', drawn: draw(make.makePolicy(), blind) },
  {
    name: 'places that OpenTofu makes',
    drawn: draw(
      make.makePolicy({ sites: [make.makeSite({ places: 'opentofu' })], tiers: [make.makeTier({ encryption: true })] }),
      make.makeActual(),
    ),
  },
] as const;

describe('plan as people read it', () => {
  for (const { name, drawn } of STORIES) {
    const file = name.replaceAll(' ', '-');
    test(`text: ${name}`, () => expect(planText(view(drawn), paint)).toMatchFileSnapshot(`goldens/plan-${file}.txt`));
    test(`markdown: ${name}`, () => expect(planMarkdown(view(drawn))).toMatchFileSnapshot(`goldens/plan-${file}.md`));
  }
});

test('plan --json: the contract', () => {
  const { basedOn, steps } = planJson(view(draw(weaker, appliedWithPoints()))) as { basedOn: unknown; steps: Record<string, unknown>[] };
  expect(basedOn).toMatch(/^[0-9a-f]{16}$/);
  for (const step of steps)
    expect(Object.keys(step)).toEqual(expect.arrayContaining(['action', 'kind', 'id', 'site', 'because', 'weakening']));
  expect(steps.map(({ weakening }) => weakening)).toContain(null);
  expect(steps.map(({ weakening }) => weakening)).toContain('weaken:hf-tier-1');
});

test('names that people chose do not become markup', () => {
  const named = make.makeActual({ pve: make.makePve({ guests: make.seen([make.makeGuest({ name: '<img src=x>|`rm`' })]) }) });
  const text = planMarkdown(view(draw(make.makePolicy(), named)));
  expect(text).toContain('\\<img src=x\\>\\|\\`rm\\`');
});

test('what to type next is what carries this plan out: the saved file, and nothing that would do nothing', () => {
  const saved = planText({ ...view(draw(seed, empty)), file: 'plan.json' }, paint);
  expect(saved).toMatch(/To carry it out:\n {4}holdfast apply plan\.json\n$/);
  const all = view(draw(weaker, appliedWithPoints()));
  const weakening = { ...all, plan: { ...all.plan, steps: all.plan.steps.filter((step) => step.weakening !== undefined) } };
  expect(planText(all, paint)).toMatch(/all but what weakens/);
  expect(planText(weakening, paint)).not.toMatch(/all but what weakens/);
});

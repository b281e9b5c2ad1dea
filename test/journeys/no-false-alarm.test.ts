import { expect, test } from 'vitest';
import { apply } from '#app/apply.ts';
import { plan } from '#app/plan.ts';
import { status } from '#app/status.ts';
import { findingsOf, startScenario } from './scenario.ts';

const seed = await startScenario('adr-005', {
  site: 'home',
  assign: [
    '{ tier: 1, guests: [postgres, pbs, postgres-data, pbs-data] }',
    '{ tier: 3, guests: [sandbox, sandbox-data] }',
    '{ tier: 4, guests: [ollama, ollama-data] }',
  ],
});
const company = await startScenario('healthy-30', {
  site: 'company',
  assign: ['{ tier: 1, tags: [critical] }', '{ tier: 2, tags: [app] }', '{ tier: 3, tags: [dev] }', '{ tier: 4, tags: [cache] }'],
});

test('the seed’s fleet, applied and a quarter later: only what is true is told', async () => {
  const planned = await plan(seed.ports);
  if (planned.outcome !== 'planned') throw new Error(JSON.stringify(planned.findings));
  const applied = await apply(seed.ports, { allow: new Set(), confirm: async () => true });
  expect(applied.outcome === 'failed' ? applied.error.message : applied.outcome).toBe('applied');
  seed.lab.advance(100 * 86_400);
  const told = (await findingsOf(seed)).map(({ code, at }) => `${code} ${at}`);
  // No guest of the seed has tier 2; and the record puts PBS itself
  // into tier 1, on the pool of the guests it keeps: the seed's own hazards.
  expect(told).toEqual(['HF-TIER-UNUSED tiers.2', 'HF-ONE-GROUND home: vm/102 pbs', 'HF-PBS-INSIDE home: vm/102 pbs']);
});

test('a site on which all is well has nothing to tell, and every guest is protected', async () => {
  const found = await status(company.ports);
  if (found.outcome !== 'assessed') throw new Error(JSON.stringify(found.findings));
  expect(found.findings.map(({ code, at }) => `${code} ${at}`)).toEqual([]);
  expect(
    found.assessments.flatMap(({ guests }) =>
      guests.filter(({ posture }) => posture !== 'protected').map(({ name, because }) => `${name}: ${because}`),
    ),
  ).toEqual([]);
});

import type { Lab } from '../lab.ts';
import { MESSY_ASSIGN, MESSY_TIERS } from './messy-homelab.ts';
import { policyText, type PolicySite, type PolicyText } from './policy.ts';

type Rules = Omit<PolicyText, 'sites'> & { readonly sites: readonly string[] };

const BY_TAG = ['critical', 'app', 'dev', 'cache'].map((tag, index) => `{ tier: ${index + 1}, tags: [${tag}] }`);

/** What each scenario's sites are called, and the rules they are meant to keep. */
const RULES: Readonly<Record<string, Rules>> = {
  'adr-005': {
    sites: ['home'],
    assign: [
      '{ tier: 1, names: ["postgres*", "pbs*"] }',
      '{ tier: 4, names: ["ollama*"] }',
      '{ tier: 3, names: ["sandbox*"] }',
      '{ tier: 2, pools: [tier-2] }',
    ],
  },
  'healthy-30': { sites: ['company'], assign: BY_TAG },
  'messy-homelab': { sites: ['homelab'], assign: MESSY_ASSIGN, tiers: MESSY_TIERS },
  'two-sites': { sites: ['office', 'plant'], assign: BY_TAG },
  'fleet-10k': { sites: ['provider'], assign: BY_TAG },
};

/** The policy of a scenario, for a lab that runs it; undefined where the scenario has none. */
export function scenarioPolicy(scenario: string, lab: Pick<Lab, 'servers' | 'pve' | 'pbs'>): string | undefined {
  const rules = RULES[scenario];
  if (!rules) return undefined;
  const { sites, ...rest } = rules;
  return policyText({ ...rest, sites: sites.map((name): PolicySite => ({ name, pve: lab.servers[name] ?? lab.pve, pbs: lab.pbs })) });
}

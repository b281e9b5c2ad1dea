import { TOKENS } from './access.ts';
import { SCENARIO_TIERS, type ScenarioTier } from './tiers.ts';

/** A server as a policy points to it. */
export type PolicyServer = { readonly url: string; readonly fingerprint: string };

export type PolicySite = {
  readonly name: string;
  readonly pve: PolicyServer;
  readonly pbs: PolicyServer;
  readonly timeZone?: string;
  readonly datastore?: string;
  readonly namespace?: string;
};

export type PolicyText = {
  readonly sites: readonly PolicySite[];
  readonly tiers?: readonly ScenarioTier[];
  /** Lines of `assign:`, each a flow mapping: `{ tier: 1, tags: [critical] }`. */
  readonly assign: readonly string[];
};

/** Environment variables that hold a scenario's secrets, as its policy names them. */
export const SECRET_NAMES = {
  pve: 'HOLDFAST_PVE_TOKEN',
  pveApply: 'HOLDFAST_PVE_APPLY_TOKEN',
  pbs: 'HOLDFAST_PBS_TOKEN',
  pbsApply: 'HOLDFAST_PBS_APPLY_TOKEN',
  backup: 'HOLDFAST_BACKUP_TOKEN',
  pveRetry: 'HOLDFAST_PVE_RETRY_TOKEN',
} as const;

type Tokens = {
  readonly pve: { readonly tokens: Readonly<Record<string, string>> };
  readonly pbs: { readonly tokens: Readonly<Record<string, string>> };
};

/** The secrets of a scenario by the names its policy uses. */
export function secretsOf({ pve, pbs }: Tokens): Record<string, string> {
  return {
    [SECRET_NAMES.pve]: pve.tokens[TOKENS.pveAudit]!,
    [SECRET_NAMES.pveApply]: pve.tokens[TOKENS.pveApply]!,
    [SECRET_NAMES.pbs]: pbs.tokens[TOKENS.pbsAudit]!,
    [SECRET_NAMES.pbsApply]: pbs.tokens[TOKENS.pbsApply]!,
    [SECRET_NAMES.backup]: pbs.tokens[TOKENS.backup]!,
    ...(pve.tokens[TOKENS.pveRetry] === undefined ? {} : { [SECRET_NAMES.pveRetry]: pve.tokens[TOKENS.pveRetry] }),
  };
}

/** The policy of a scenario: its sites where they listen, its tiers, its rules. */
export function policyText({ sites, tiers = SCENARIO_TIERS, assign }: PolicyText): string {
  return [
    'holdfast: 1',
    'sites:',
    ...sites.map(siteText),
    'tiers:',
    ...tiers.map(tierText),
    'assign:',
    ...assign.map((rule) => `  - ${rule}`),
    '',
  ].join('\n');
}

function siteText({ name, pve, pbs, timeZone, datastore, namespace }: PolicySite): string {
  return `  ${name}:
    timeZone: ${timeZone ?? 'Europe/Vienna'}
    pve: { url: "${pve.url}", fingerprint: "${pve.fingerprint}", token: "env:${SECRET_NAMES.pve}", applyToken: "env:${SECRET_NAMES.pveApply}" }
    pbs: { url: "${pbs.url}", fingerprint: "${pbs.fingerprint}", token: "env:${SECRET_NAMES.pbs}", applyToken: "env:${SECRET_NAMES.pbsApply}", datastore: ${datastore ?? 'main'}, namespace: ${namespace ?? name} }
    places: holdfast
    storages: { backupToken: "env:${SECRET_NAMES.backup}" }`;
}

function tierText(tier: ScenarioTier): string {
  const { id, name, rpo, grace, rto, retention, schedule, keepLast, verify } = tier;
  return `  ${id}: { name: ${name}, pool: tier-${id}, rpo: ${rpo}, grace: ${grace}, rto: ${rto}, retention: ${retention}, schedule: "${schedule}", keep: { last: ${keepLast} }, verify: { within: ${verify.within}, every: ${verify.every} }${extras(tier)} }`;
}

function extras({ encryption, consistency, offsite }: ScenarioTier): string {
  const copy =
    offsite === undefined
      ? ''
      : `, offsite: { remote: ${offsite.remote}, within: ${offsite.within}, direction: push, schedule: "${offsite.schedule}" }`;
  return `${encryption ? ', encryption: true' : ''}${consistency === undefined ? '' : `, consistency: ${consistency}`}${copy}`;
}

import type { TierId } from '#core/policy/policy.ts';
import { presetText } from './preset.ts';
import type { FoundServer, Survey, SurveyedGuest } from './survey.ts';

/** Which tier each guest is to get; a guest that is not in it gets no rule and is told as unassigned. */
export type Choices = ReadonlyMap<number, TierId>;

/** What the survey proposes, where it proposes anything. */
export function proposedChoices({ guests }: Survey): Choices {
  return new Map(guests.flatMap(({ vmid, suggestion }) => (suggestion.tier === undefined ? [] : [[vmid, suggestion.tier] as const])));
}

/** The first policy of a site: its addresses, the four tiers of ADR-005, and a rule for each tier with the reasons beside it. */
export function surveyPolicy(survey: Survey, choices: Choices): string {
  const preset = presetText('adr-005')!;
  const tiers = preset.slice(preset.indexOf('\ntiers:'), preset.indexOf('# The first line that matches')).trimEnd();
  const assume = preset.slice(preset.indexOf('\nassume:'));
  return [
    '# yaml-language-server: $schema=https://holdfast.dev/policy.schema.json',
    'holdfast: 1',
    '',
    'sites:',
    siteText(survey),
    withoutStorage(tiers),
    '',
    '# The first line that matches wins; "holdfast explain GUEST" says which one it was.',
    assignText(survey, choices),
    assume.trim(),
    '',
  ].join('\n');
}

function siteText({ site, timeZone, pve, pbs, serverForNodes }: Survey): string {
  const found = pbs ?? { url: 'https://pbs.example:8007', datastore: 'main', namespace: site };
  return `  ${quote(site)}:
    timeZone: ${timeZone}
    pve:
${accessText(pve)}
      token: "env:HOLDFAST_PVE_TOKEN"             # looks, and may do nothing else
      applyToken: "env:HOLDFAST_PVE_APPLY_TOKEN"  # used by apply, adopt and move only
    pbs:${pbs ? '' : '                                          # PVE has no storage on a PBS: say where yours is'}
${accessText(found)}
      token: "env:HOLDFAST_PBS_TOKEN"
      applyToken: "env:HOLDFAST_PBS_APPLY_TOKEN"
      datastore: ${quote(found.datastore)}
      namespace: ${quote(found.namespace)}
    places: holdfast                              # or opentofu: then Holdfast checks pools, namespaces and storages
    storages:
      backupToken: "env:HOLDFAST_BACKUP_TOKEN"    # PVE's login on PBS: DatastoreBackup and nothing more${serverForNodes === undefined ? '' : `\n      server: ${quote(serverForNodes)}`}`;
}

function accessText({ url, pin }: FoundServer): string {
  return [`      url: "${url}"`, ...(pin === undefined ? [] : [`      fingerprint: "${pin}"`])].join('\n');
}

/** The disks of a site lie where they lie: that the seed's lie on zfs-longhorn says nothing about them. */
function withoutStorage(tiers: string): string {
  return tiers.replaceAll(/^ {4}storage: .*\n/gm, '');
}

function assignText({ guests }: Survey, choices: Choices): string {
  const tiers = [...new Set(choices.values())].toSorted((a, b) => a - b);
  const rules = tiers.flatMap((tier) => [
    `  - tier: ${tier}`,
    '    guests:',
    ...guests
      .filter(({ vmid }) => choices.get(vmid) === tier)
      .map((guest) => `      - ${String(guest.vmid).padEnd(8)} # ${comment(guest, tier)}`),
  ]);
  const open = guests.filter(({ vmid }) => !choices.has(vmid));
  const left = open.map((guest) => `  # - { tier: ?, guests: [${guest.vmid}] }  # ${comment(guest)}`);
  if (rules.length === 0) return ['assign: []', ...left, ''].join('\n');
  return ['assign:', ...rules, ...left, ''].join('\n');
}

function comment({ name, suggestion }: SurveyedGuest, tier?: TierId): string {
  const reasons = tier === undefined || tier === suggestion.tier ? suggestion.reasons.slice(0, 2) : ['as you said'];
  return [name, ...reasons].join('; ').replaceAll(/[\r\n\u2028\u2029]+/g, ' ');
}

function quote(text: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]*(?:\/[A-Za-z0-9_-]+)*$/.test(text) ? text : JSON.stringify(text);
}

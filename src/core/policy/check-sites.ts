import { parseEvent } from '../calendar/event.ts';
import { invalidEvent } from '../calendar/warnings.ts';
import type { Finding } from '../finding.ts';
import { spellDuration } from '../units.ts';
import { checkPins } from './check-pins.ts';
import { checkTraffic } from './check-traffic.ts';
import type { DraftPolicy, DraftSite } from './draft.ts';
import { windowMinutes } from './window.ts';

/** What is wrong with the sites, each by itself and each pair of them. Asks no server. */
export function checkSites(draft: DraftPolicy): Finding[] {
  const { sites } = draft;
  return [
    ...sites.flatMap((site) => [
      ...checkStorages(site),
      ...checkNames(site),
      ...checkPorts(site),
      ...checkTokens(site),
      ...checkPins(site),
      ...checkCollection(site),
      ...checkWindow(draft, site),
      ...checkTraffic(site),
    ]),
    ...sites.flatMap((site, i) => sites.slice(0, i).flatMap((earlier) => checkPair(earlier, site))),
  ];
}

function checkStorages(site: DraftSite): Finding[] {
  if (site.places !== 'holdfast' || site.storages?.backupToken !== undefined) return [];
  return [
    {
      severity: 'error',
      code: 'HF-STORAGES',
      at: `sites.${site.name}.places`,
      site: site.name,
      problem: `Holdfast is to make the storages of site ${site.name}, but "storages" does not say with which login`,
      why: 'PVE needs a login on PBS for each storage, and it must not be one that can delete backups',
      fix: 'name a token that has DatastoreBackup and nothing more:\n    storages: { backupToken: "env:HOLDFAST_BACKUP_TOKEN" }',
    },
  ];
}

function checkNames(site: DraftSite): Finding[] {
  const seen = new Set<string>();
  return site.pbs.flatMap(({ name }, i): Finding[] => {
    if (name === undefined || !seen.has(name)) {
      if (name !== undefined) seen.add(name);
      return [];
    }
    return [
      {
        severity: 'error',
        code: 'HF-NAME-TWICE',
        at: `sites.${site.name}.pbs.${i}.name`,
        site: site.name,
        problem: `Two PBS of site ${site.name} are called "${name}"`,
        why: 'a tier could not say which of them holds its backups; without a name each is called "pbs"',
        fix: `give each a name of its own:\n    name: pbs-${i + 1}`,
      },
    ];
  });
}

/** An address with the other product's port is a slip of the keyboard. */
function checkPorts(site: DraftSite): Finding[] {
  const swapped = [
    ...(site.pve?.urls ?? [])
      .filter((url) => url.endsWith(':8007'))
      .map((url) => ({ url, at: 'pve.url', is: 'PBS', not: 'PVE', port: 8006 })),
    ...site.pbs.flatMap(({ urls }, i) =>
      (urls ?? []).filter((url) => url.endsWith(':8006')).map((url) => ({ url, at: `pbs.${i}.url`, is: 'PVE', not: 'PBS', port: 8007 })),
    ),
  ];
  return swapped.map(({ url, at, is, not, port }) => ({
    severity: 'warning',
    code: 'HF-PORT',
    at: `sites.${site.name}.${at}`,
    site: site.name,
    problem: `"${url}" has the port of ${is}, but stands under ${not}`,
    why: `${not} answers on port ${port}; the other product would refuse the token`,
    fix: `use the port of ${not}:\n    url: "${url.replace(/\d+$/, String(port))}"`,
  }));
}

function checkTokens(site: DraftSite): Finding[] {
  const servers = [...(site.pve ? [{ at: 'pve', ...site.pve }] : []), ...site.pbs.map((pbs, i) => ({ at: `pbs.${i}`, ...pbs }))];
  const findings: Finding[] = servers
    .filter(({ token, applyToken }) => token !== undefined && token === applyToken)
    .map(({ at }) => ({
      severity: 'warning',
      code: 'HF-TOKEN-SHARED',
      at: `sites.${site.name}.${at}.applyToken`,
      site: site.name,
      problem: '"applyToken" is the same as "token"',
      why: 'what only looks could then also delete: a PBS token that may configure prune jobs may remove backups',
      fix: 'make a second token for apply; the commands are printed by:\n    holdfast grants --for apply',
    }));
  const retry = site.pve?.retryToken;
  if (retry !== undefined && (retry === site.pve?.token || retry === site.pve?.applyToken)) {
    findings.push({
      severity: 'error',
      code: 'HF-TOKEN-SHARED',
      at: `sites.${site.name}.pve.retryToken`,
      site: site.name,
      problem: '"retryToken" is the same as another token of Holdfast',
      why: 'what only looks, or what configures, could then also start backups, and their tasks could not be told from repeats',
      fix: 'make a token of its own; the commands are printed by:\n    holdfast grants --for retry',
    });
  }
  const pressure = site.pve?.pressureToken;
  if (pressure !== undefined && [site.pve?.token, site.pve?.applyToken, retry].includes(pressure)) {
    findings.push({
      severity: 'error',
      code: 'HF-TOKEN-SHARED',
      at: `sites.${site.name}.pve.pressureToken`,
      site: site.name,
      problem: '"pressureToken" is the same as another token of Holdfast',
      why: 'a process that runs day and night would hold what only a person may use, or what only looks could change jobs',
      fix: 'make a token of its own; the commands are printed by:\n    holdfast grants --for pressure',
    });
  }
  const backup = site.storages?.backupToken;
  if (backup !== undefined && servers.some(({ token, applyToken }) => token === backup || applyToken === backup)) {
    findings.push({
      severity: 'error',
      code: 'HF-TOKEN-SHARED',
      at: `sites.${site.name}.storages.backupToken`,
      site: site.name,
      problem: `The storages of site ${site.name} would get Holdfast's own token`,
      why: 'every node that holds a storage entry could then do what Holdfast may do',
      fix: 'make a token that has DatastoreBackup and nothing more; the commands are printed by:\n    holdfast grants --for lock',
    });
  }
  return findings;
}

/** When garbage is collected. */
function checkCollection(site: DraftSite): Finding[] {
  return site.pbs.flatMap(({ gcSchedule }, i): Finding[] => {
    const parsed = gcSchedule === undefined ? undefined : parseEvent(gcSchedule);
    if (gcSchedule === undefined || !parsed || parsed.ok) return [];
    const finding = invalidEvent(gcSchedule, parsed.error, `sites.${site.name}.pbs.${i}.gcSchedule`);
    return [{ ...finding, site: site.name, fix: `${finding.fix}; for example, once a week:\n    gcSchedule: "sat 10:00"` }];
  });
}

function checkWindow({ assume }: DraftPolicy, site: DraftSite): Finding[] {
  const { window } = site;
  if (!window || assume.durationSeconds === undefined) return [];
  const lengthSeconds = windowMinutes(window) * 60;
  if (lengthSeconds >= assume.durationSeconds) return [];
  return [
    {
      severity: 'error',
      code: 'HF-WINDOW',
      at: `sites.${site.name}.window`,
      site: site.name,
      problem: `The window of site ${site.name} is ${spellDuration(lengthSeconds)} long, one backup takes up to ${spellDuration(assume.durationSeconds)}`,
      why: 'no backup that begins in it can be relied on to end in it',
      fix: 'make the window wider, or assume a shorter duration if that is true',
    },
  ];
}

function checkPair(a: DraftSite, b: DraftSite): Finding[] {
  const shared = (a.pve?.urls ?? []).find((url) => b.pve?.urls?.includes(url));
  if (shared !== undefined) {
    return [
      {
        severity: 'error',
        code: 'HF-SITE-TWICE',
        at: `sites.${b.name}.pve.url`,
        site: b.name,
        problem: `Sites ${a.name} and ${b.name} are the same PVE: ${shared}`,
        why: 'every guest would have two promises, and the jobs of one site would undo those of the other',
        fix: 'keep one of the two sites; several PBS of one site are a list under "pbs"',
      },
    ];
  }
  const index = b.pbs.findIndex((one) => a.pbs.some((other) => isSameNamespace(one, other)));
  if (index === -1) return [];
  const pbs = b.pbs[index]!;
  return [
    {
      severity: 'error',
      code: 'HF-NAMESPACE-SHARED',
      at: `sites.${b.name}.pbs.${index}.namespace`,
      site: b.name,
      problem: `Sites ${a.name} and ${b.name} both use ${pbs.datastore}${pbs.namespace ? `/${pbs.namespace}` : ''} on ${pbs.urls?.[0]}`,
      why: "guests of both with the same vmid would share one group, and each would count the other's backups as its own",
      fix: `give each site a namespace of its own:\n    namespace: ${b.name}`,
    },
  ];
}

function isSameNamespace(a: DraftSite['pbs'][number], b: DraftSite['pbs'][number]): boolean {
  const sameServer = (a.urls ?? []).some((url) => b.urls?.includes(url));
  return sameServer && a.datastore !== undefined && a.datastore === b.datastore && a.namespace !== undefined && a.namespace === b.namespace;
}

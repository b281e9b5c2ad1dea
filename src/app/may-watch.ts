import { hasErrors, type Finding } from '#core/finding.ts';
import { tierStorage } from '#core/desired/place.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import type { Purpose } from '#core/rights/needed.ts';
import { deletingRights, pressuringPower, retryingPower } from '#core/rights/power.ts';
import type { Rights } from '#core/rights/rights.ts';
import type { Examination, Examiner, Ports, Timers } from './ports.ts';

/** Logins of a process that watches; it never reads the secret of another. */
export const WATCHING: readonly Examination['login'][] = ['token', 'backupToken', 'retryToken', 'pressureToken'];

/** What each login is for, as `holdfast grants --for` calls it. */
export const PURPOSE_OF: Readonly<Record<Examination['login'], Purpose>> = {
  token: 'audit',
  applyToken: 'apply',
  backupToken: 'lock',
  retryToken: 'retry',
  pressureToken: 'pressure',
};

export type MayWatch = {
  /** Logins that could delete recovery points and were not allowed by name: with one of them nothing is watched. */
  readonly refused: readonly Finding[];
  /** Logins whose rights are not known yet, and why: they are examined again. */
  readonly unknown: readonly { readonly server: string; readonly because: string }[];
  /** Logins that a server does not accept, but for those that look: of these pulse and look tell. */
  readonly invalid: readonly Finding[];
};

/** A site, and the tiers of its policy: which storages a login may reach depends on them. */
export type SiteOfPolicy = { readonly site: Site; readonly tiers: Policy['tiers'] };

/** Whether a site may be watched day and night with the logins its policy names. Looks only. */
export async function mayWatch(examiner: Examiner, of: SiteOfPolicy, allowed: ReadonlySet<string>): Promise<MayWatch> {
  const examinations = await examiner.examine(of.site, { waitSeconds: 0, logins: WATCHING });
  const refused = examinations.flatMap((one) => refusal(of, one, allowed));
  const unknown = examinations
    .filter(({ rights }) => !rights)
    .map(({ server, trouble }) => ({ server, because: trouble?.detail ?? 'the server would not say' }));
  return { refused, unknown, invalid: examinations.flatMap((one) => invalidLogin(of.site, one)) };
}

const MEANWHILE: Readonly<Partial<Record<Examination['login'], string>>> = {
  backupToken: 'with it points are protected and read once more, and the nodes write their backups: none of that goes on',
  retryToken: 'with it failed backups are started again: none is',
};

function invalidLogin(site: Site, { server, login, tokenId, trouble }: Examination): Finding[] {
  const why = MEANWHILE[login];
  if (trouble?.kind !== 'refused' || why === undefined) return [];
  const id = tokenId ?? trouble.login;
  return [
    {
      severity: 'error',
      code: 'HF-LOGIN',
      at: `${site.name}: ${server} (${login})`,
      problem: `The login${id === undefined ? '' : ` ${id}`} is refused: ${trouble.detail}`,
      why,
      fix: trouble.fix,
      site: site.name,
    },
  ];
}

const NAME_LOGIN =
  'name the login of these storages, so that it is known whether it could delete:\n    storages: { backupToken: "env:HOLDFAST_BACKUP_TOKEN" }';

function refusal(
  of: SiteOfPolicy,
  { product, server, login, tokenId = 'the login', rights }: Examination,
  allowed: ReadonlySet<string>,
): Finding[] {
  const { site } = of;
  const power = rights ? powerOf(of, { product, login, rights }) : [];
  if (power.length === 0 || allowed.has(tokenId)) return [];
  const acting = login === 'retryToken' || login === 'pressureToken';
  return [
    {
      severity: 'error',
      code: 'HF-LOGIN-DELETES',
      at: `${site.name}: ${server} (${login})`,
      problem: `${tokenId} has ${power.join(', ')}`,
      why: 'a process that runs day and night could delete every recovery point, and so could whoever takes it over',
      fix: `${acting && !site.storages?.backupToken ? NAME_LOGIN : `give it less:\n    holdfast grants --for ${PURPOSE_OF[login]} --site ${site.name}`}\nor say that you accept it:\n    holdfast serve --allow-powerful-token '${tokenId}'`,
      site: site.name,
    },
  ];
}

/** What of a login's rights could delete recovery points, or the rights on them. */
export function powerOf(
  { site, tiers }: SiteOfPolicy,
  { product, login, rights }: Pick<Examination, 'product' | 'login'> & { readonly rights: Rights },
): readonly string[] {
  const guarded = site.storages?.backupToken !== undefined;
  if (login === 'retryToken') return retryingPower(rights, guarded);
  // Also of a tier that is not named any more: its job may still have to be taken back.
  const keyless = tiers.filter(({ encryption }) => !encryption).map(({ id }) => tierStorage(id));
  if (login === 'pressureToken') return pressuringPower(rights, guarded ? keyless : []);
  return deletingRights(product, rights);
}

export type MayServe =
  | { readonly outcome: 'invalid' | 'refused'; readonly findings: readonly Finding[] }
  | { readonly outcome: 'may'; readonly policy: Policy };

/** A server that does not answer at the start is watched: that it does not answer is to be told. Its logins are examined when it does. */
const PATIENCE_MS = 5000;

/** Whether a daemon may start with the policy as it is: it is valid, and none of its logins is known to be able to delete. */
export async function mayServe(
  { policySource, examiner, timers }: Pick<Ports, 'policySource' | 'examiner'> & { readonly timers: Timers },
  allowed: ReadonlySet<string>,
): Promise<MayServe> {
  const { policy, findings } = await policySource.load();
  if (!policy || hasErrors(findings)) return { outcome: 'invalid', findings };
  const enough = new AbortController();
  const late = timers.sleep(PATIENCE_MS, enough.signal).then(() => ({ refused: [] }));
  const answers = await Promise.all(
    policy.sites.map(async (site) => Promise.race([mayWatch(examiner, { site, tiers: policy.tiers }, allowed), late])),
  );
  enough.abort();
  const refused = answers.flatMap((answer) => answer.refused);
  return refused.length > 0 ? { outcome: 'refused', findings: refused } : { outcome: 'may', policy };
}

import { hasErrors, sortFindings, type Finding } from '#core/finding.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import { neededRights } from '#core/rights/needed.ts';
import { holds } from '#core/rights/rights.ts';
import { rightsScope } from '#core/rights/scope.ts';
import { examineFindings, missingRights, type Checked } from './doctor-findings.ts';
import { PURPOSE_OF, WATCHING } from './may-watch.ts';
import { unknownSites } from './named-sites.ts';
import type { Examination, Ports } from './ports.ts';

/** A login may wait this long for a grant that was just made: PBS reads its rights anew every five seconds. */
const GRANT_SECONDS = 6;

export type Examined = { readonly site: string; readonly server: string; readonly login: Examination['login']; readonly checked: Checked };

export type Doctor =
  | { readonly outcome: 'invalid'; readonly findings: readonly Finding[] }
  | { readonly outcome: 'examined'; readonly logins: readonly Examined[]; readonly findings: readonly Finding[] };

/**
 * Whether Holdfast can do its work from here: reachability, certificates, versions, logins and their rights, zones and clocks
 * of each server. Looks only. Where a right is missing it waits once and asks again, for a grant works late.
 */
export async function doctor(ports: Ports, options: { readonly sites?: readonly string[] } = {}): Promise<Doctor> {
  const { policy, findings } = await ports.policySource.load();
  if (!policy || hasErrors(findings)) return { outcome: 'invalid', findings };
  const unknown = unknownSites(policy, options.sites);
  if (unknown.length > 0) return { outcome: 'invalid', findings: unknown };
  const wanted = policy.sites.filter(({ name }) => options.sites === undefined || options.sites.includes(name));
  const perSite = await Promise.all(wanted.map((site) => examine(ports, policy, site)));
  const nowAt = ports.clock.now();
  const logins = perSite.flatMap(({ site, examinations }) =>
    examinations.map((one) => ({ site: site.name, server: one.server, login: one.login, checked: check(policy, site, one) })),
  );
  const found = perSite.flatMap(({ site, examinations }) =>
    examinations.flatMap((one) =>
      examineFindings({ site, tiers: policy.tiers, examination: one, checked: check(policy, site, one), nowAt }),
    ),
  );
  return { outcome: 'examined', logins, findings: sortFindings(dropRepeats([...findings, ...found])) };
}

export type SiteExamination = { readonly logins: readonly Examined[]; readonly findings: readonly Finding[] };

/** One site as a running daemon may examine it: with its own logins, and no other's secret is read. */
export async function examineSite(
  { examiner, clock }: Pick<Ports, 'examiner' | 'clock'>,
  policy: Policy,
  site: Site,
): Promise<SiteExamination> {
  const found = await examiner.examine(site, { waitSeconds: 0, logins: WATCHING });
  const checked = found.map((examination) => check(policy, site, examination));
  return {
    logins: checked.map((one) => ({ site: site.name, server: one.examination.server, login: one.examination.login, checked: one })),
    findings: sortFindings(
      dropRepeats(
        checked.flatMap((one) =>
          examineFindings({ site, tiers: policy.tiers, examination: one.examination, checked: one, nowAt: clock.now() }),
        ),
      ),
    ),
  };
}

type SiteExamined = { readonly site: Site; readonly examinations: readonly Examination[] };

async function examine({ examiner }: Ports, policy: Policy, site: Site): Promise<SiteExamined> {
  const first = await examiner.examine(site, { waitSeconds: 0 });
  const lacking = first.some((one) => missingRights(check(policy, site, one)).length > 0);
  return { site, examinations: lacking ? await examiner.examine(site, { waitSeconds: GRANT_SECONDS }) : first };
}

function check(policy: Policy, site: Site, examination: Examination): Checked {
  const needed = neededRights(PURPOSE_OF[examination.login], rightsScope(policy, site)).filter(
    ({ server, product }) => server === examination.server && product === examination.product,
  );
  const { rights } = examination;
  return { examination, needed: needed.map((right) => ({ ...right, held: rights && holds(rights, right.privilege, right.path) })) };
}

/** Two logins of one server find the same certificate and clock. */
function dropRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Map(findings.map((finding) => [`${finding.code} ${finding.at} ${finding.problem}`, finding]));
  return [...seen.values()];
}

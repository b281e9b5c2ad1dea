import type { Finding, FindingCode, Severity } from '#core/finding.ts';
import { pinOf } from '#core/policy/pin.ts';
import type { NeededRight } from '#core/rights/needed.ts';
import { aclPath } from '#core/rights/needed.ts';
import { holds } from '#core/rights/rights.ts';
import { sameZone } from '#core/world/same-zone.ts';
import { spellDuration, spellInstant, type UnixSeconds } from '#core/units.ts';
import { powerOf, PURPOSE_OF, type SiteOfPolicy } from './may-watch.ts';
import type { Examination } from './ports.ts';

/** A login with the rights it needs; `held` is undefined where the server would not say. */
export type Checked = {
  readonly examination: Examination;
  readonly needed: readonly (NeededRight & { readonly held: boolean | undefined })[];
};

type Given = SiteOfPolicy & { readonly examination: Examination; readonly checked: Checked; readonly nowAt: UnixSeconds };

/** Clocks that differ by more make a point older or younger than it is. */
const CLOCK_SECONDS = 60;
const EXPIRES_SOON_SECONDS = 21 * 86_400;
/** Oldest versions whose answers Holdfast knows. */
const OLDEST = { pve: [8, 4], pbs: [3, 2] } as const;
const PRODUCT = { pve: 'PVE', pbs: 'PBS' } as const;

/** The rights that the server says the login lacks; those it says nothing of are not among them. */
export function missingRights({ needed }: Checked): NeededRight[] {
  return needed.filter(({ held }) => held === false);
}

/** What stands in the way on one server for one login. */
export function examineFindings(given: Given): Finding[] {
  return [
    ...troubleOf(given),
    ...othersOf(given),
    ...certificateOf(given),
    ...versionOf(given),
    ...rightsOf(given),
    ...strengthOf(given),
    ...clocksOf(given),
  ];
}

type Told = Pick<Finding, 'problem' | 'why' | 'fix'>;

function tell({ site, examination }: Given, severity: Severity, code: FindingCode, told: Told): Finding {
  return { severity, code, at: `${site.name}: ${examination.server} (${examination.login})`, site: site.name, ...told };
}

function tellServer({ site, examination }: Given, severity: Severity, code: FindingCode, told: Told): Finding {
  return { severity, code, at: `${site.name}: ${examination.server}`, site: site.name, ...told };
}

function troubleOf(given: Given): Finding[] {
  const { trouble, certificate, url } = given.examination;
  if (!trouble) return [];
  const { kind, detail, fix } = trouble;
  if (kind === 'untrusted') {
    return [
      tellServer(given, 'error', 'HF-CERTIFICATE', {
        problem: `The certificate of ${url} is not to be trusted: ${detail}`,
        why: 'somebody between here and the server could read the token; nothing was sent',
        fix: `compare its fingerprint on the server's own console${certificate ? ` with ${certificate.fingerprint}` : ''}, then pin it:\n    holdfast trust ${url}`,
      }),
    ];
  }
  if (kind === 'refused') {
    return [
      tell(given, 'error', 'HF-LOGIN', {
        problem: `The login is not accepted: ${detail}`,
        why: 'without it nothing of this server is known',
        fix,
      }),
    ];
  }
  const code = kind === 'unreachable' || kind === 'down' ? 'HF-UNREACHABLE' : 'HF-NO-PROXMOX';
  const problem =
    code === 'HF-UNREACHABLE'
      ? `The server does not answer: ${detail}`
      : `The answer is not that of a ${PRODUCT[given.examination.product]}: ${detail}`;
  return [
    tellServer(given, 'error', code, { problem, why: 'nothing of this server is known, so that every guest on it counts as unknown', fix }),
  ];
}

/** Addresses that are there for when the first is gone. */
function othersOf(given: Given): Finding[] {
  const { site, examination } = given;
  const access = examination.product === 'pve' ? site.pve : site.pbs.find(({ name }) => name === examination.server);
  return (examination.others ?? []).flatMap(({ url, certificate, trouble }): Finding[] => {
    if (trouble) {
      const why = 'it would not help when the other addresses are gone';
      return [
        tellServer(given, 'warning', 'HF-UNREACHABLE', {
          problem: `The address ${url} does not answer: ${trouble.detail}`,
          why,
          fix: trouble.fix,
        }),
      ];
    }
    const pin = access && pinOf(access, url);
    const trusted = pin === undefined ? certificate?.doubt === undefined : pin === certificate?.fingerprint;
    if (trusted) return [];
    const shown = `${certificate?.fingerprint}, ${pin === undefined ? 'for which nobody vouches' : `pinned is ${pin}`}`;
    return [
      tellServer(given, 'error', 'HF-CERTIFICATE', {
        problem: `The certificate of ${url} is not to be trusted: its fingerprint is ${shown}`,
        why: 'Holdfast does not talk to this address, so that it does not help when the others are gone',
        fix: `compare the fingerprint on the node's own console, then pin it:\n    holdfast trust ${url}`,
      }),
    ];
  });
}

function certificateOf(given: Given): Finding[] {
  const { certificate, url, product, server } = given.examination;
  if (!certificate) return [];
  const access = product === 'pve' ? given.site.pve : given.site.pbs.find(({ name }) => name === server);
  const pinned = access && pinOf(access, url);
  const left = certificate.validUntilAt - given.nowAt;
  if (pinned !== undefined || left > EXPIRES_SOON_SECONDS) return [];
  return [
    tellServer(given, left <= 0 ? 'error' : 'warning', 'HF-CERTIFICATE-ENDS', {
      problem: `The certificate of ${url} ${left <= 0 ? 'has ended' : 'ends'} on ${spellInstant(certificate.validUntilAt, given.site.timeZone)}`,
      why: 'from then on the server cannot be told from an impostor, and Holdfast stops talking to it',
      fix: 'renew it on the server',
    }),
  ];
}

function versionOf(given: Given): Finding[] {
  const { version, product } = given.examination;
  if (!version) return [];
  const [major, minor] = OLDEST[product];
  const [haveMajor = 0, haveMinor = 0] = version.numbers;
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return [];
  return [
    tellServer(given, 'error', 'HF-VERSION', {
      problem: `${PRODUCT[product]} ${version.text} is older than ${major}.${minor}`,
      why: 'older ones answer in forms that Holdfast does not know, and what it does not know it does not trust',
      fix: `upgrade to ${PRODUCT[product]} ${major}.${minor} or newer`,
    }),
  ];
}

/** One finding for all rights that a login lacks: they are granted together. */
function rightsOf(given: Given): Finding[] {
  const { examination, checked } = given;
  const missing = missingRights(checked);
  if (missing.length === 0) return [];
  const list = missing.map(({ privilege, path, to }) => `${privilege} on ${path} (to ${to})`).join('; ');
  const both =
    examination.product === 'pbs'
      ? '; on PBS the token and its user both need it'
      : '; with privilege separation the token and its user both need it';
  return [
    tell(given, 'error', 'HF-RIGHT', {
      problem: `${examination.tokenId ?? 'The login'} lacks ${list}`,
      why: `${PRODUCT[examination.product]} answers an empty list in place of a refusal, so that what is there would seem not to be there${both}`,
      fix: `print the commands that grant it:\n    holdfast grants --for ${PURPOSE_OF[examination.login]} --site ${given.site.name}`,
    }),
  ];
}

/** A login that only watches or only writes backups, and yet could delete them. */
function strengthOf(given: Given): Finding[] {
  const { examination, site } = given;
  const { rights, product, server, login } = examination;
  if (rights && (login === 'retryToken' || login === 'pressureToken'))
    return actingStrength(given, login, powerOf(given, { product, login, rights }));
  const access = site.pbs.find(({ name }) => name === server);
  if (!rights || product !== 'pbs' || !access || login === 'applyToken') return [];
  const path = aclPath(access.datastore, access.namespace);
  const power = ['Datastore.Modify', 'Datastore.Prune'].filter((privilege) => holds(rights, privilege, path));
  if (power.length === 0) return [];
  return [
    tell(given, 'warning', 'HF-LOGIN-DELETES', {
      problem: `${examination.tokenId ?? 'The login'} has ${power.join(' and ')} on ${path}`,
      why:
        login === 'token'
          ? 'a process that runs day and night could delete every recovery point, and so could whoever takes its token'
          : 'a node that is taken over could delete every recovery point of its guests',
      fix: `give it less:\n    holdfast grants --for ${PURPOSE_OF[login]} --site ${site.name}`,
    }),
  ];
}

function actingStrength(given: Given, login: 'retryToken' | 'pressureToken', power: readonly string[]): Finding[] {
  if (power.length === 0) return [];
  const acts = login === 'retryToken' ? 'may back guests up to a storage' : 'may suspend the job of a storage';
  const storages = login === 'retryToken' ? "the tiers' storages alone" : 'the storages of the tiers that may be suspended alone';
  return [
    tell(given, 'warning', 'HF-LOGIN-DELETES', {
      problem: `${given.examination.tokenId ?? 'The login'} has ${power.join(', ')}`,
      why: `whoever ${acts} may also have PVE delete backups there; on a tier's storage PBS refuses it, where \`storages.backupToken\` cannot delete`,
      fix: `give it ${storages}, and name \`storages.backupToken\`:\n    holdfast grants --for ${PURPOSE_OF[login]} --site ${given.site.name}`,
    }),
  ];
}

function clocksOf(given: Given): Finding[] {
  const { site, examination } = given;
  return examination.hosts.flatMap(({ name, timeZone, clockAheadSeconds }) => [
    ...(Math.abs(clockAheadSeconds) <= CLOCK_SECONDS
      ? []
      : [
          tellServer(given, 'error', 'HF-CLOCK-DIFFERS', {
            problem: `The clock of ${name} is ${spellDuration(Math.abs(clockAheadSeconds))} ${clockAheadSeconds > 0 ? 'ahead of' : 'behind'} this machine's`,
            why: 'a recovery point would seem younger or older than it is, and PBS refuses a backup that is older than the last',
            fix: `set both clocks by NTP:\n    timedatectl set-ntp true`,
          }),
        ]),
    ...(sameZone(timeZone, site.timeZone)
      ? []
      : [
          tellServer(given, 'error', 'HF-ZONE-DIFFERS', {
            problem: `${name} runs in ${timeZone}, the policy says ${site.timeZone}`,
            why: 'schedules run and days end by the zone of the host, so that what was proved holds for another day than the one that is kept',
            fix: `say what is true in the policy, or change the host:\n    timedatectl set-timezone ${site.timeZone}`,
          }),
        ]),
  ]);
}

import type { Examined } from '#app/doctor.ts';
import type { Finding } from '#core/finding.ts';
import { spellDuration } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { findingsText } from './finding.ts';
import { wrap } from './wrap.ts';

export type DoctorView = { readonly logins: readonly Examined[]; readonly findings: readonly Finding[] };

export function doctorText({ logins, findings }: DoctorView, paint: Paint, width = 100): string {
  const rows = logins.map((one) => loginText(one, paint, width)).join('\n');
  const rest = findings.length === 0 ? paint.green('Nothing stands in the way.') : findingsText(findings, paint, width);
  return `${rows}\n\n${rest}`;
}

function loginText({ site, server, login, checked }: Examined, paint: Paint, width: number): string {
  const { trouble, version, product, tokenId, hosts } = checked.examination;
  const head = `${site}: ${server} ${paint.dim(login)}`;
  if (trouble) return `${paint.red('✗')} ${head}  ${trouble.kind}`;
  const held = checked.needed.filter((right) => right.held).length;
  const mark = held === checked.needed.length ? paint.green('✓') : paint.red('✗');
  const clocks = hosts.map(({ name, timeZone, clockAheadSeconds }) => `${name} ${timeZone}${spellClock(clockAheadSeconds)}`);
  const words = [
    `${product === 'pve' ? 'PVE' : 'PBS'} ${version?.text ?? ''}`,
    tokenId ?? '',
    `${held} of ${checked.needed.length} rights`,
    ...clocks,
  ];
  return wrap(`${mark} ${head}  ${words.filter((word) => word !== '').join(' · ')}`, { width, indent: 0, hanging: 4 });
}

/** A second or two is the way there and back. */
function spellClock(aheadSeconds: number): string {
  if (Math.abs(aheadSeconds) < 3) return '';
  return `, clock ${spellDuration(Math.abs(aheadSeconds))} ${aheadSeconds > 0 ? 'ahead' : 'behind'}`;
}

/** The part that is a contract for scripts. */
export function doctorJson({ logins, findings }: DoctorView): object {
  return {
    logins: logins.map(({ site, server, login, checked: { examination, needed } }) => ({
      site,
      server,
      login,
      token: examination.tokenId,
      reachable: examination.trouble === undefined,
      version: examination.version?.text,
      fingerprint: examination.certificate?.fingerprint,
      rights: needed.map(({ privilege, path, held }) => ({ privilege, path, held: held ?? null })),
      hosts: examination.hosts,
    })),
    findings: findings.map(({ severity, code, at, problem, why, fix }) => ({ severity, code, at, problem, why, fix })),
  };
}

import type { Finding, FindingCode } from '../finding.ts';
import type { Posture, Verdict } from './posture.ts';

/** Findings that say that a promise is not kept at this moment, whatever else is well. */
const BREAKS: readonly FindingCode[] = ['HF-RTO', 'HF-UNENCRYPTED', 'HF-DISKLESS', 'HF-DISK-LEFT-OUT', 'HF-MOUNT-LEFT-OUT', 'HF-TORN'];

/** Findings that say that what decides was not seen. */
const BLINDS: readonly FindingCode[] = ['HF-COPY-UNSEEN'];

/** What a finding makes of the posture of a guest it is about or touches. What is only worth knowing makes nothing of it. */
export function weighFinding({ code, severity, problem, at, site, vmid }: Finding): Verdict | undefined {
  if (severity === 'info') return undefined;
  const seen: Posture = severity === 'error' ? 'at-risk' : 'attention';
  const posture: Posture = severity === 'error' && BREAKS.includes(code) ? 'broken' : BLINDS.includes(code) ? 'unknown' : seen;
  const said = /^[A-Z][a-z]* /.test(problem) ? `${problem[0]!.toLowerCase()}${problem.slice(1)}` : problem;
  // Of something else than the guest, what it is has to be said.
  return { posture, because: vmid === undefined ? `${at.replace(`${site}: `, '')}: ${said}` : said };
}

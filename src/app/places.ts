import type { Finding } from '#core/finding.ts';
import type { LoadedPolicy } from './ports.ts';

/** Findings about a part of the policy get its line in the file; the others stay as they are. */
export function withPlaces(findings: readonly Finding[], { locate }: Pick<LoadedPolicy, 'locate'>): Finding[] {
  return findings.map((finding) => {
    const place = /^(?:tiers|sites)\b/.test(finding.at) ? locate?.(finding.at) : undefined;
    return place ? { ...finding, place } : finding;
  });
}

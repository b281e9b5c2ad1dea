import type { UnixSeconds } from './units.ts';

/** How much a finding weighs: an error breaks a promise or a file, a warning may, an info is only worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

export type FindingCode = `HF-${string}`;

/** Where in a text file a finding points. `line` and `column` count from 1, `column` in characters. */
export type FilePlace = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line itself, shortened where it is very long. */
  readonly text: string;
  /** How many characters the caret underlines. */
  readonly length: number;
  /** Where the caret stands in `text`, from 1, where `text` was cut at its left; `column` otherwise. */
  readonly textColumn?: number;
};

/**
 * Something a person must know. What a user or the world can cause is a value like this, never an exception.
 * A code never changes its meaning and has a page in docs/reference/findings.md.
 */
export type Finding = {
  readonly severity: Severity;
  readonly code: FindingCode;
  /** Where to look: `holdfast.yaml:12:5`, `tiers.3.schedule`, `home: vm/101`, `home: PBS main/tier-1`. */
  readonly at: string;
  /** What is wrong, with the offending value. Capital letter, no full stop. */
  readonly problem: string;
  /** The consequence, told as something that happens. No full stop; reads well after "Because". */
  readonly why: string;
  /** One thing to do. A command stands alone on its own line. */
  readonly fix: string;
  readonly place?: FilePlace;
  /** The guest, tier and site it concerns, where it concerns one. */
  readonly site?: string;
  readonly vmid?: number;
  readonly tier?: number;
  /** Tiers whose guests it touches, each of them, where it is about no single guest. */
  readonly touches?: readonly number[];
  /** The disk of the guest it is about: `scsi1`. */
  readonly disk?: string;
  /** Only of what happened once and cannot be seen again at the next look: until when it holds. */
  readonly lastsUntilAt?: UnixSeconds;
};

/** The sentence with a capital letter, as a problem begins. */
export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** The worse, the smaller. */
export const SEVERITY_RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Errors first, then by place, then by code: the same findings always read in the same order. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] ||
      comparePlaces(a, b) ||
      (a.at < b.at ? -1 : a.at > b.at ? 1 : 0) ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
}

function comparePlaces(a: Finding, b: Finding): number {
  if (!a.place || !b.place || a.place.file !== b.place.file) return 0;
  return a.place.line - b.place.line || a.place.column - b.place.column;
}

/** Whether any finding is an error: what is checked is then not good, whatever else holds. */
export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}

/** The part of a finding that is a contract for scripts (`--json`). */
export function findingJson(finding: Finding): Pick<Finding, 'severity' | 'code' | 'at' | 'problem' | 'why' | 'fix'> {
  const { severity, code, at, problem, why, fix } = finding;
  return { severity, code, at, problem, why, fix };
}

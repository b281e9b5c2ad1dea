import type { FindingJson, Problem } from '#server/api/schema/common.ts';

/** What the daemon answered instead of what was asked for, in its own words. `status` 0: it did not answer at all. */
export class Refused extends Error {
  readonly status: number;
  readonly fix: string | undefined;
  readonly title: string;
  readonly findings: readonly FindingJson[];

  constructor(status: number, problem: Partial<Problem> & { readonly title: string }) {
    super(problem.detail ?? problem.title);
    this.name = 'Refused';
    this.status = status;
    this.title = problem.title;
    this.fix = problem.fix;
    this.findings = problem.findings ?? [];
  }
}

/** Any trouble as one a page can show. What is no answer of the daemon is a bug of the page, and says so. */
export function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Refused(0, { title: 'This page has a bug', detail, fix: 'Reload the page. If it stays, report it with this text.' });
}

export const UNREACHABLE = {
  title: 'Holdfast does not answer',
  detail: 'The daemon is stopped, starts right now, or the network between it and this browser is interrupted. Backups go on without it.',
  fix: 'Look whether it runs: systemctl status holdfast',
} as const;

import type { ReactNode } from 'react';
import type { FindingJson } from '#server/api/schema/common.ts';
import { lookOfSeverity } from '../theme/meaning.ts';
import { SeverityBadge } from './badge.tsx';
import classes from './finding-card.module.css';
import { FindingCode } from './finding-code.tsx';
import { Fix } from './fix.tsx';
import { sentence } from './sentence.ts';

/** What is wrong, what comes of it, what to do. `about` stands beside the code: since when, whose. */
export function FindingCard({
  finding,
  about,
  children,
}: {
  readonly finding: FindingJson;
  readonly about?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <article className={classes.card} data-meaning={lookOfSeverity(finding.severity).meaning} aria-label={finding.problem}>
      <div className={classes.head}>
        <SeverityBadge severity={finding.severity} />
        <span>{about ?? finding.at}</span>
        <FindingCode code={finding.code} />
      </div>
      <p className={classes.problem}>{sentence(finding.problem)}</p>
      <p className={classes.why}>{sentence(finding.why)}</p>
      <span className={classes.label}>What to do</span>
      <Fix text={finding.fix} />
      {children}
    </article>
  );
}

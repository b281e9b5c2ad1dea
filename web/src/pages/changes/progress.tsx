import type { StepProgress } from '#server/api/schema/changes.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import type { Look } from '../../theme/meaning.ts';
import classes from './changes.module.css';

const LOOKS: Readonly<Record<StepProgress['state'], Look>> = {
  waiting: { meaning: 'exempt', icon: 'clock', word: 'waits' },
  started: { meaning: 'unknown', icon: 'play', word: 'under way' },
  done: { meaning: 'protected', icon: 'check', word: 'done' },
  failed: { meaning: 'broken', icon: 'cross-octagon', word: 'failed' },
  held: { meaning: 'attention', icon: 'lock', word: 'held back' },
};

/** Steps as they are carried out. */
export function Progress({ steps }: { readonly steps: readonly StepProgress[] }) {
  const done = steps.filter(({ state }) => state === 'done').length;
  return (
    <Card label="Steps carried out">
      <h2 className={classes.section}>
        <span role="status">{`${done} of ${steps.length} steps done`}</span>
      </h2>
      <ol className={classes.steps}>
        {steps.map((step) => (
          <li className={classes.step} key={step.number}>
            <Badge {...LOOKS[step.state]} />
            <span>{step.text}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

import type { PromiseStanding } from '#server/api/schema/overview.ts';
import { duration } from '../../parts/duration.ts';
import { Icon } from '../../parts/icon.tsx';
import { size } from '../../parts/size.ts';
import { lookOfStanding } from '../../theme/meaning.ts';
import classes from './promise-line.module.css';
import { sentence } from '../../parts/sentence.ts';

const NAMES: Readonly<Record<PromiseStanding['promise'], string>> = {
  rpo: 'Data age (RPO)',
  retention: 'Retention',
  reach: 'Reach',
  verify: 'Verified',
  offsite: 'Off-site copy',
  encryption: 'Encryption',
  lock: 'Lock',
  rto: 'Time to be back (RTO)',
  drill: 'Restore drill',
  budget: 'Budget',
};

/** One promise: what was promised, how it stands in a word, the worst case on a scale with the limit marked, and the sentence. */
export function PromiseLine({ standing }: { readonly standing: PromiseStanding }) {
  const { promise, stands, promised, because } = standing;
  const { meaning, icon, word } = lookOfStanding(stands);
  return (
    <div data-meaning={meaning}>
      <div className={classes.head}>
        <span className={classes.name}>{NAMES[promise]}</span>
        <span className={classes.promised}>{promised}</span>
        <span className={classes.stands}>
          <Icon name={icon} size={15} />
          {word}
        </span>
      </div>
      <Scale standing={standing} />
      <p className={classes.because}>{sentence(because)}</p>
    </div>
  );
}

/** Promises of which more is better say "at least" by their nature; the mark is the same. */
function Scale({ standing: { worst, limit, unit } }: { readonly standing: PromiseStanding }) {
  if (worst === undefined || limit === undefined || limit <= 0) return null;
  const spell = unit === 'bytes' ? size : duration;
  const full = Math.max(worst, limit) * 1.08;
  return (
    <div className={classes.scale}>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.fill} style={{ width: `${(100 * worst) / full}%` }} />
        <span className={classes.limit} style={{ left: `${(100 * limit) / full}%` }} />
      </span>
      <span className={classes.numbers}>
        <strong>{spell(worst)}</strong> of {spell(limit)}
      </span>
    </div>
  );
}

import { Link } from 'wouter';
import type { Overview } from '#server/api/schema/overview.ts';
import { lookOfPosture, POSTURES } from '../theme/meaning.ts';
import classes from './counts-bar.module.css';
import { Icon } from './icon.tsx';

type Counts = Overview['postures'];

/** How many guests stand how, as one bar, worst first. For a screen reader the same as a sentence. */
export function CountsBar({ counts, thin = false }: { readonly counts: Counts; readonly thin?: boolean }) {
  const some = POSTURES.filter((posture) => counts[posture] > 0);
  const said = some.map((posture) => `${counts[posture]} ${posture}`).join(', ');
  return (
    <div className={`${classes.bar} ${thin ? classes.thin : ''}`} role="img" aria-label={said === '' ? 'no guests' : said}>
      {some.map((posture) => (
        <span key={posture} data-meaning={posture} style={{ flexGrow: counts[posture] }} />
      ))}
    </div>
  );
}

/** Each count with its sign and its word; a press shows those guests. */
export function CountsLegend({ counts }: { readonly counts: Counts }) {
  return (
    <ul className={classes.legend}>
      {POSTURES.map((posture) => (
        <li key={posture} data-meaning={posture} className={counts[posture] === 0 ? classes.none : undefined}>
          <Link href={`/guests?posture=${posture}`}>
            <Icon name={lookOfPosture(posture).icon} size={17} />
            <strong>{counts[posture].toLocaleString('en')}</strong> {posture}
          </Link>
        </li>
      ))}
    </ul>
  );
}

import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { Overview } from '#server/api/schema/overview.ts';
import { CountsBar, CountsLegend } from '../../parts/counts-bar.tsx';
import { Icon } from '../../parts/icon.tsx';
import { When } from '../../parts/when.tsx';
import { lookOfMood } from '../../theme/meaning.ts';
import classes from './headline.module.css';

/** The one sentence, and how many guests stand how. */
export function Headline({ overview }: { readonly overview: Overview }) {
  const { meaning, icon, word } = lookOfMood(overview.mood);
  return (
    <section className={classes.headline} data-meaning={meaning} aria-label="Whether the promises hold">
      <div className={classes.top}>
        <span className={classes.sign}>
          <Icon name={icon} size={28} />
        </span>
        <div>
          <div className={classes.word}>{word}</div>
          <p className={classes.sentence}>{overview.headline}</p>
          <div className={classes['as-of']}>
            {overview.asOf === undefined ? (
              'No look has ended yet'
            ) : (
              <>
                Last look <When at={overview.asOf} />
              </>
            )}
            , {count(overview.sites.length, 'site')}, {count(overview.guests, 'guest')}
            {overview.unassigned === 0 ? null : (
              <>
                , <Anchor component={Link} href="/guests?tier=none" inherit>{`${overview.unassigned} without a tier`}</Anchor>
              </>
            )}
          </div>
        </div>
      </div>
      {overview.guests === 0 ? null : (
        <>
          <CountsBar counts={overview.postures} />
          <CountsLegend counts={overview.postures} />
        </>
      )}
    </section>
  );
}

function count(number: number, word: string): string {
  return `${number.toLocaleString('en')} ${word}${number === 1 ? '' : 's'}`;
}

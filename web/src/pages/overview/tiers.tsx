import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { Overview } from '#server/api/schema/overview.ts';
import { CountsBar } from '../../parts/counts-bar.tsx';
import { Section } from '../../parts/section.tsx';
import { PromiseLine } from './promise-line.tsx';
import classes from './tiers.module.css';

/** Each tier with its promises, and how they stand. */
export function Tiers({ overview }: { readonly overview: Overview }) {
  if (overview.tiers.length === 0) return null;
  return (
    <Section title="The tiers and their promises">
      <div className={classes.tiers}>
        {overview.tiers.map((tier) => (
          <article className={classes.tier} key={tier.id} aria-label={`Tier ${tier.id}, ${tier.name}`}>
            <div className={classes.head}>
              <h3>
                {tier.id} · {tier.name}
              </h3>
              <Anchor component={Link} href={`/guests?tier=${tier.id}`}>
                {tier.guests === 1 ? '1 guest' : `${tier.guests.toLocaleString('en')} guests`}
              </Anchor>
            </div>
            <p className={classes.about}>
              {tier.purpose === undefined ? null : `${tier.purpose}. `}Backed up {tier.schedule}
            </p>
            <CountsBar counts={tier.postures} thin />
            <ul className={classes.promises}>
              {tier.promises.map((standing) => (
                <li key={standing.promise}>
                  <PromiseLine standing={standing} />
                </li>
              ))}
            </ul>
          </article>
        ))}
      </div>
    </Section>
  );
}

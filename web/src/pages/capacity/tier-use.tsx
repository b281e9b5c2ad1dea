import type { CapacityPage } from '#server/api/schema/watch.ts';
import { Card } from '../../parts/card.tsx';
import { Meter } from '../../parts/meter.tsx';
import { size } from '../../parts/size.ts';
import type { Meaning } from '../../theme/meaning.ts';
import classes from './capacity.module.css';
import { perDay } from './per-day.ts';

type Tier = CapacityPage['sites'][number]['tiers'][number];

/** What each tier wrote and what it may. */
export function TierUse({ tiers }: { readonly tiers: readonly Tier[] }) {
  return (
    <Card label="Tiers">
      <h3 className={classes.title}>Tiers</h3>
      <p className={classes.quiet}>
        Estimated from the logs of backups: new data that was sent since the first remembered run. What prune and collection freed of it is
        not taken off.
      </p>
      <ul className={classes.list}>
        {tiers.map((tier) => (
          <li key={tier.id}>
            <div className={classes.row}>
              <span className={classes.name}>
                {tier.id} {tier.name}
              </span>
              <span>{tier.usedBytes === undefined ? 'not known' : use(tier.usedBytes, tier.budgetBytes)}</span>
            </div>
            <Budget tier={tier} />
            <div className={classes.quiet}>{growth(tier)}</div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function growth({ guests, perDayBytes }: Tier): string {
  if (guests === 0) return 'no run with figures in its log is remembered';
  return `${guests === 1 ? 'one guest' : `${guests} guests`}, ${perDayBytes === undefined ? 'growth not known' : perDay(perDayBytes)}`;
}

function use(usedBytes: number, budgetBytes: number | undefined): string {
  return budgetBytes === undefined
    ? `${size(usedBytes)}, no budget`
    : `${size(usedBytes)} of ${size(budgetBytes)} (${Math.floor((100 * usedBytes) / budgetBytes)} %)`;
}

function Budget({ tier: { usedBytes, budgetBytes } }: { readonly tier: Tier }) {
  if (usedBytes === undefined || budgetBytes === undefined) return null;
  const part = usedBytes / budgetBytes;
  const meaning: Meaning = part > 1 ? 'broken' : part > 0.9 ? 'attention' : 'protected';
  return <Meter part={part} meaning={meaning} />;
}

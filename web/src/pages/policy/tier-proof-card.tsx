import type { ProofJson, TierProofJson } from '#server/api/schema/policy.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { duration } from '../../parts/duration.ts';
import { date } from '../../parts/exact.ts';
import { ProofCalendar } from './proof-calendar.tsx';
import classes from './policy.module.css';

const NAMES: Readonly<Record<ProofJson['promise'], string>> = {
  rpo: 'RPO',
  retention: 'Retention',
  reach: 'Reach',
  'delete-after': 'Delete after',
  'verify-within': 'Verified within',
  'verify-every': 'Verified every',
  'offsite-within': 'Off-site within',
  'stated-keep': 'Stated keep values',
};

/** One tier: each promise with the worst that the calendar does to it, and its year drawn. */
export function TierProofCard({ tier }: { readonly tier: TierProofJson }) {
  const oldest = tier.keptOnWorstDay[0];
  return (
    <Card label={`Tier ${tier.id}: ${tier.name}`}>
      <h2 className={classes.tier}>{`Tier ${tier.id} · ${tier.name}`}</h2>
      <p className={classes.quiet}>
        Runs at <code>{tier.schedule}</code>
        {tier.keep
          ? ` and keeps ${spellKeep(tier.keep)}, ${tier.keepIs === 'computed' ? 'computed from the promise' : 'fixed by hand'}`
          : ''}
        {tier.pointsKept ? `: ${tier.pointsKept.least} to ${tier.pointsKept.most} points of each guest` : ''}
        {tier.lock ? ', locked until their date' : ''}
        {tier.pointsKept?.locked
          ? `, and up to ${tier.pointsKept.locked} more under their lock, for PBS counts no protected point when it prunes`
          : ''}
        .
      </p>
      <ul className={classes.proofs}>
        {tier.proofs.map((proof) => (
          <li key={proof.promise} className={classes.proof}>
            <Badge
              meaning={proof.holds ? 'protected' : 'broken'}
              icon={proof.holds ? 'check' : 'cross-octagon'}
              word={proof.holds ? 'holds' : 'does not hold'}
            />
            <div>
              <strong>{`${NAMES[proof.promise]} ${duration(proof.promisedSeconds)}${proof.graceSeconds ? ` + ${duration(proof.graceSeconds)} grace` : ''}`}</strong>
              <div>{proof.counterexample ?? proof.worst}</div>
            </div>
          </li>
        ))}
        {tier.unproved.map((text) => (
          <li key={text} className={classes.proof}>
            <Badge meaning="exempt" icon="dash" word="not proved" />
            <div>{text}</div>
          </li>
        ))}
      </ul>
      <ProofCalendar tier={tier} />
      {oldest === undefined ? null : (
        <p className={classes.quiet}>
          {`On the worst day ${tier.keptOnWorstDay.length} ${tier.keptOnWorstDay.length === 1 ? 'point is' : 'points are'} kept, the oldest from ${date(oldest, tier.timeZone)}.`}
        </p>
      )}
    </Card>
  );
}

function spellKeep(keep: Readonly<Record<string, number>>): string {
  return Object.entries(keep)
    .map(([rule, count]) => `keep-${rule} ${count}`)
    .join(', ');
}

import type { GuestPage } from '#server/api/schema/guests.ts';
import { duration } from '../../parts/duration.ts';
import { LadderList } from '../../parts/ladder.tsx';
import { Section } from '../../parts/section.tsx';
import classes from './guest-page.module.css';
import { sentence } from '../../parts/sentence.ts';

/** What the guest was promised, by which rule, and how far its newest state has come. */
export function Promised({ page }: { readonly page: GuestPage }) {
  const { tier, rule, otherRules, guest, timeZone, restoreSeconds, pool } = page;
  return (
    <>
      <Section title="How far it has come">
        <div className={classes.box}>
          <LadderList ladder={guest.ladder} zone={timeZone} />
        </div>
      </Section>
      <Section title="What is promised">
        <div className={classes.box}>
          {tier === undefined ? (
            <p style={{ margin: 0 }}>Nothing: no tier claims this guest.</p>
          ) : (
            <dl className={classes.facts}>
              <dt>Tier</dt>
              <dd>
                {tier.id} · {tier.name}
              </dd>
              <dt>RPO</dt>
              <dd>
                {duration(tier.rpoSeconds)}
                {tier.graceSeconds === 0 ? null : ` (+${duration(tier.graceSeconds)} grace)`}
              </dd>
              <dt>Retention</dt>
              <dd>{duration(tier.retentionSeconds)}</dd>
              <dt>RTO</dt>
              <dd>
                {duration(tier.rtoSeconds)}
                {restoreSeconds === undefined ? null : (
                  <span className={classes.quiet}> reading back takes about {duration(restoreSeconds)}, reckoned, not measured</span>
                )}
              </dd>
              <dt>Backed up</dt>
              <dd>{tier.schedule}</dd>
              <dt>Lock</dt>
              <dd>{tier.lock ? 'yes, until its day' : 'no'}</dd>
              {pool === undefined ? null : (
                <>
                  <dt>Pool</dt>
                  <dd>{pool}</dd>
                </>
              )}
            </dl>
          )}
          <p className={classes.rule}>
            {sentence(rule)}
            {otherRules.map((other) => (
              <span className={classes.quiet} style={{ display: 'block' }} key={other}>
                {other}
              </span>
            ))}
          </p>
        </div>
      </Section>
    </>
  );
}

import type { GuestPage } from '#server/api/schema/guests.ts';
import { PostureBadge } from '../../parts/badge.tsx';
import { useNow } from '../../parts/now.ts';
import { SourceLine } from '../../parts/source-line.tsx';
import { When } from '../../parts/when.tsx';
import { Acts } from './acts.tsx';
import classes from './verdict.module.css';
import { sentence } from '../../parts/sentence.ts';

/** The one sentence about the guest, where it is from, and what can be done now. */
export function Verdict({ page }: { readonly page: GuestPage }) {
  const { guest, timeZone, node, running, tier, tags } = page;
  const now = useNow(60);
  const facts = [
    `${guest.type === undefined ? 'Guest' : guest.type.toUpperCase()} ${guest.vmid}`,
    node === undefined ? guest.site : `${node} at ${guest.site}`,
    running === undefined ? undefined : running ? 'running' : 'stopped',
    tier === undefined ? 'no tier' : `tier ${tier.id} · ${tier.name}`,
    tags.length === 0 ? undefined : `tags ${tags.join(', ')}`,
  ].filter((fact) => fact !== undefined);
  return (
    <section className={classes.verdict} data-meaning={guest.posture} aria-label="How it stands">
      <div className={classes.about}>
        <PostureBadge posture={guest.posture} />
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </div>
      <p className={classes.sentence}>{sentence(guest.because)}</p>
      <div className={classes.about}>
        {guest.newestPointAt === undefined ? null : (
          <span>
            Newest point <When at={guest.newestPointAt} zone={timeZone} />
          </span>
        )}
        {guest.breaksAt === undefined ? null : (
          <span>
            {guest.breaksAt > now ? 'Too old ' : 'Too old since '}
            <When at={guest.breaksAt} zone={timeZone} />
          </span>
        )}
        <SourceLine source={page.source} zone={timeZone} />
      </div>
      <Acts page={page} />
    </section>
  );
}

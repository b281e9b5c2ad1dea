import type { GuestPage } from '#server/api/schema/guests.ts';
import classes from './evidence.module.css';
import { When } from './when.tsx';
import { sentence } from './sentence.ts';

/** What each source says, a sentence each, and as of when. */
export function Evidence({ evidence, zone }: { readonly evidence: GuestPage['evidence']; readonly zone: string }) {
  return (
    <dl className={classes.evidence}>
      {evidence.map(({ source, text, asOf }) => (
        <div key={`${source} ${text}`}>
          <dt>{source === 'ledger' ? 'Ledger' : source}</dt>
          <dd>
            {sentence(text)}
            {asOf === undefined ? null : (
              <small>
                as of <When at={asOf} zone={zone} />
              </small>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

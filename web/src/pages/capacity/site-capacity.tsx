import { Stack } from '@mantine/core';
import type { CapacityPage } from '#server/api/schema/watch.ts';
import { FindingCard } from '../../parts/finding-card.tsx';
import { Section } from '../../parts/section.tsx';
import { Empty } from '../../states/empty.tsx';
import classes from './capacity.module.css';
import { Growers } from './growers.tsx';
import { StoreCard } from './store-card.tsx';
import { TierUse } from './tier-use.tsx';

type Props = { readonly capacity: CapacityPage['sites'][number]; readonly asOf: number };

/** One site: what is wrong first, then its stores, then who fills them. */
export function SiteCapacity({ capacity: { site, timeZone, stores, tiers, guests, findings }, asOf }: Props) {
  return (
    <Section title={site} aside={`times in ${timeZone}`}>
      {findings.length === 0 ? null : (
        <Stack gap="sm" mb="md">
          {findings.map((finding) => (
            <FindingCard finding={finding} key={`${finding.code} ${finding.at}`} />
          ))}
        </Stack>
      )}
      {stores.length === 0 ? (
        <Empty title="Nothing is remembered yet" text="Figures come with the watch: the first after a look that saw the servers." />
      ) : (
        <div className={classes.stores}>
          {stores.map((store) => (
            <StoreCard store={store} zone={timeZone} asOf={asOf} key={store.what} />
          ))}
        </div>
      )}
      {stores.length === 0 && guests.length === 0 ? null : (
        <div className={classes.users}>
          <TierUse tiers={tiers} />
          <Growers site={site} guests={guests} />
        </div>
      )}
    </Section>
  );
}

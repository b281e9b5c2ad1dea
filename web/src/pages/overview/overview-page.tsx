import { useOverview } from '../../api/use-overview.ts';
import { Page } from '../../layout/page.tsx';
import { FindingCard } from '../../parts/finding-card.tsx';
import { Loaded } from '../../states/loaded.tsx';
import { Headline } from './headline.tsx';
import { Needs } from './needs.tsx';
import classes from './overview-page.module.css';
import { Sites } from './sites.tsx';
import { Stores } from './stores.tsx';
import { Tiers } from './tiers.tsx';
import { Upcoming } from './upcoming.tsx';

/** Whether the promises hold, in five seconds; why not, in five more. */
export function OverviewPage() {
  return (
    <Page title="Overview">
      <Loaded query={useOverview()} what="the overview">
        {(overview) => (
          <>
            <Headline overview={overview} />
            {overview.troubles.map((finding) => (
              <div className={classes.trouble} key={`${finding.code} ${finding.at}`}>
                <FindingCard finding={finding} about="Holdfast itself" />
              </div>
            ))}
            <div className={classes.columns}>
              <div>
                <Needs overview={overview} />
                <Upcoming overview={overview} />
              </div>
              <div>
                <Stores stores={overview.stores} sites={overview.sites} />
                <Sites sites={overview.sites} />
              </div>
            </div>
            <Tiers overview={overview} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

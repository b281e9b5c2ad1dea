import type { Overview } from '#server/api/schema/overview.ts';
import { Badge } from '../../parts/badge.tsx';
import { howSeen } from '../../parts/how-seen.ts';
import { Section } from '../../parts/section.tsx';
import { SourceLine } from '../../parts/source-line.tsx';
import { lookOfSite, type Look } from '../../theme/meaning.ts';
import box from './boxed-list.module.css';
import classes from './sites.module.css';
import { sentence } from '../../parts/sentence.ts';

type Site = Overview['sites'][number];

/** Each site: whether it is watched, and when it was last seen. */
export function Sites({ sites }: { readonly sites: Overview['sites'] }) {
  return (
    <Section title="Sites">
      <ul className={box.list}>
        {sites.map((site) => (
          <li key={site.site}>
            <div className={classes.head}>
              <span>
                <strong>{site.site}</strong> <span className={classes.zone}>{site.timeZone}</span>
              </span>
              <Badge {...look(site)} />
            </div>
            <p className={classes.because}>{sentence(site.because)}</p>
            {site.silent.map(({ server, because }) => (
              <p className={classes.because} key={server}>
                {server}: {because}
              </p>
            ))}
            <SourceLine source={site.source} zone={site.timeZone} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function look({ state, silent, source, whole }: Site): Look {
  return lookOfSite(howSeen({ state, silent: silent.length > 0, looked: source.unseen.length > 0 ? 'partial' : 'complete', whole }));
}

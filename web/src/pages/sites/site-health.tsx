import { Anchor, Stack } from '@mantine/core';
import { Link } from 'wouter';
import type { SiteHealth as Health } from '#server/api/schema/watch.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { duration } from '../../parts/duration.ts';
import { Facts } from '../../parts/facts.tsx';
import { FindingCard } from '../../parts/finding-card.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { useMay } from '../../session/use-session.ts';
import { Examine } from './examine.tsx';
import { lookOfHealth, lookOfLook } from './look-of-site.ts';
import { ServerCard } from './server-card.tsx';
import classes from './sites.module.css';

/** One site: whether it is seen, what is wrong, and its servers. */
export function SiteHealth({ health }: { readonly health: Health }) {
  const { site, timeZone, because, lastLook, completeAt, requests, servers, findings, examinedAt } = health;
  const may = useMay('operator');
  return (
    <Section title={site} aside={`times in ${timeZone}`}>
      <Card>
        <div className={classes.head}>
          <Badge {...lookOfHealth(health)} />
          <span className={classes.because}>{because}</span>
          {may ? <Examine site={site} /> : null}
        </div>
        <Facts
          facts={[
            {
              name: 'Last look',
              value:
                lastLook === undefined ? (
                  'none yet'
                ) : (
                  <>
                    <Badge {...lookOfLook(lastLook.outcome)} /> <When at={lastLook.at} zone={timeZone} />, took {duration(lastLook.seconds)}
                    {lastLook.trouble === undefined ? null : <div>{lastLook.trouble}</div>}
                  </>
                ),
            },
            { name: 'Seen whole', value: completeAt === undefined ? 'not yet' : <When at={completeAt} zone={timeZone} /> },
            {
              name: 'Logins examined',
              value: examinedAt === undefined ? 'not since the daemon started' : <When at={examinedAt} zone={timeZone} />,
            },
            {
              name: 'Asked so far',
              value: requests === 1 ? 'one request since the start' : `${requests.toLocaleString('en')} requests since the start`,
            },
            {
              name: 'Its alerts',
              value: (
                <Anchor component={Link} href={`/alerts?site=${encodeURIComponent(site)}`} inherit>
                  All that is open on {site}
                </Anchor>
              ),
            },
          ]}
        />
      </Card>
      {findings.length === 0 ? null : (
        <Stack gap="sm" mt="md">
          {findings.map((finding, index) => (
            <FindingCard finding={finding} key={`${finding.code} ${finding.at} ${index}`} />
          ))}
        </Stack>
      )}
      <div className={classes.servers}>
        {servers.map((server) => (
          <ServerCard server={server} zone={timeZone} key={server.server} />
        ))}
      </div>
    </Section>
  );
}

import { useQuery } from '@tanstack/react-query';
import type { SettingsPage } from '#server/api/schema/watch.ts';
import { get } from '../../api/client.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { duration } from '../../parts/duration.ts';
import { Facts } from '../../parts/facts.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { Loaded } from '../../states/loaded.tsx';
import classes from './settings.module.css';

/** How this daemon runs: set in the policy file and in its environment, shown here. No secret, only where each is read from. */
export function Daemon() {
  const query = useQuery({ queryKey: ['settings'], queryFn: ({ signal }) => get<SettingsPage>('/settings', {}, signal) });
  return (
    <Loaded query={query} what="how the daemon runs">
      {(settings) => (
        <>
          <Section title="This daemon" aside="set in its environment and in the policy file">
            <Card>
              <Facts facts={aboutDaemon(settings)} />
            </Card>
          </Section>
          <Section title="Who may come in">
            <Card>
              <Facts facts={aboutLogin(settings)} />
            </Card>
          </Section>
          <Section title="Messages to people">
            <Card>
              <Channels alerts={settings.alerts} />
            </Card>
          </Section>
        </>
      )}
    </Loaded>
  );
}

function aboutDaemon({ version, replica, startedAt, listen, policyFile, database }: SettingsPage) {
  const { where, trouble } = database;
  return [
    { name: 'Version', value: version },
    { name: 'Started', value: <When at={startedAt} /> },
    { name: 'Listens on', value: listen },
    { name: 'Policy file', value: policyFile },
    {
      name: 'Memory',
      value: (
        <>
          {where}
          {trouble === undefined ? null : (
            <div>
              <Badge meaning="broken" icon="cross-octagon" word="trouble" /> {trouble}
            </div>
          )}
        </>
      ),
    },
    { name: 'Replica', value: replica },
  ];
}

function aboutLogin({ login, waitingSeconds }: SettingsPage) {
  return [
    { name: 'Address', value: login.publicUrl },
    { name: 'Accounts here', value: 'with a password' },
    { name: 'OpenID Connect', value: login.oidc ?? 'no' },
    { name: 'Proxy in front', value: login.proxyHeader === undefined ? 'no' : `believed, by the header ${login.proxyHeader}` },
    {
      name: 'Weakening acts',
      value: `need a second person; where there is only one, they wait ${duration(waitingSeconds)}`,
    },
  ];
}

function Channels({ alerts: { channels, routes, quiet, heartbeat } }: { readonly alerts: SettingsPage['alerts'] }) {
  return (
    <>
      {channels.length === 0 ? (
        <p style={{ margin: 0 }}>No channel is set: what goes wrong is shown here and told to nobody.</p>
      ) : (
        <ul className={classes.list}>
          {channels.map(({ name, kind, to }) => (
            <li key={name}>
              <div>
                <span className={classes.name}>{name}</span>
                <div className={classes.quiet}>
                  {kind}, {to}
                </div>
              </div>
            </li>
          ))}
        </ul>
      )}
      <Facts
        facts={[
          {
            name: 'Who gets what',
            value: routes.length === 0 ? undefined : routes.map((route) => <div key={route}>{route}</div>),
          },
          { name: 'Quiet hours', value: quiet },
          { name: 'Sign of life', value: heartbeat ?? 'none: that the daemon itself has died is told by nobody' },
        ]}
      />
    </>
  );
}

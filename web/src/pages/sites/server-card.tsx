import { Anchor } from '@mantine/core';
import type { SiteHealth } from '#server/api/schema/watch.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Facts } from '../../parts/facts.tsx';
import { lookOfLogin, lookOfServer } from './look-of-site.ts';
import { Hosts } from './hosts.tsx';
import classes from './sites.module.css';

type Server = SiteHealth['servers'][number];

const PRODUCTS = { pve: 'Proxmox VE', pbs: 'Proxmox Backup Server' };

/** One server: whether it answers, who it is, how its clock goes, and what the logins may. */
export function ServerCard({ server: one, zone }: { readonly server: Server; readonly zone: string }) {
  const { server, product, url, because, version, fingerprint, hosts, logins } = one;
  return (
    <Card label={server}>
      <div className={classes.head}>
        <h3>{server}</h3>
        <Badge {...lookOfServer(one)} />
      </div>
      {because === undefined ? null : <p className={classes.trouble}>{because}</p>}
      <Facts
        facts={[
          { name: 'Product', value: version === undefined ? PRODUCTS[product] : `${PRODUCTS[product]} ${version}` },
          {
            name: 'Address',
            value: (
              <Anchor href={url} target="_blank" rel="noreferrer" inherit>
                {url}
              </Anchor>
            ),
          },
          { name: 'Clock and zone', value: hosts === undefined ? UNASKED : <Hosts hosts={hosts} zone={zone} /> },
          {
            name: 'Certificate',
            value:
              fingerprint === undefined ? undefined : (
                <span className={classes.fingerprint}>
                  <code>{fingerprint}</code> <CopyButton text={fingerprint} what={` the fingerprint of ${server}`} />
                </span>
              ),
          },
          { name: 'Logins', value: logins === undefined ? UNASKED : <Logins logins={logins} /> },
        ]}
      />
    </Card>
  );
}

const UNASKED = 'not examined yet';

function Logins({ logins }: { readonly logins: NonNullable<Server['logins']> }) {
  if (logins.length === 0) return 'none';
  return (
    <ul className={classes.lines}>
      {logins.map((login) => (
        <li key={login.login}>
          <strong>{login.login}</strong> <Badge {...lookOfLogin(login)} />
          <div className={classes.quiet}>{login.tokenId}</div>
          <div>{login.because}</div>
        </li>
      ))}
    </ul>
  );
}

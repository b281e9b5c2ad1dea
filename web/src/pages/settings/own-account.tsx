import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Session } from '#server/api/schema/session.ts';
import { Card } from '../../parts/card.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { ChangePassword } from './change-password.tsx';
import { MAY } from './roles.ts';
import classes from './settings.module.css';

type User = NonNullable<Session['user']>;

const VIA = {
  password: 'with a password of Holdfast',
  oidc: 'through OpenID Connect',
  proxy: 'by the proxy in front',
  token: 'with a token',
};

/** Who one is here, and the own password. */
export function OwnAccount({ user, expiresAt }: { readonly user: User; readonly expiresAt: number | undefined }) {
  const [asking, setAsking] = useState(false);
  return (
    <Section title="Your account">
      <Card>
        <Facts
          facts={[
            { name: 'Name', value: <strong>{user.name}</strong> },
            { name: 'Role', value: `${user.role}: ${MAY[user.role]}` },
            { name: 'Logged in', value: VIA[user.via] },
            { name: 'Session ends', value: expiresAt === undefined ? undefined : <When at={expiresAt} /> },
          ]}
        />
        {user.via === 'password' ? (
          <div className={classes.acts}>
            <Button variant="default" onClick={() => setAsking(true)}>
              Change password …
            </Button>
          </div>
        ) : null}
      </Card>
      {asking ? <ChangePassword close={() => setAsking(false)} /> : null}
    </Section>
  );
}

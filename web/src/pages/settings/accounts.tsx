import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { User } from '#server/api/schema/session.ts';
import { get } from '../../api/client.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Paged } from '../../parts/paged.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { Loaded } from '../../states/loaded.tsx';
import { AccountActs } from './account-acts.tsx';
import { AddAccount } from './add-account.tsx';
import classes from './settings.module.css';

type Users = { readonly items: readonly User[] };

/** Everybody who may log in, for an admin. */
export function Accounts({ own }: { readonly own: string }) {
  const query = useQuery({ queryKey: ['users'], queryFn: ({ signal }) => get<Users>('/users', {}, signal) });
  const [adding, setAdding] = useState(false);
  return (
    <Section title="Accounts" aside="none is ever deleted: the audit log names people">
      <Card>
        <Loaded query={query} what="the accounts">
          {({ items }) => (
            <Paged items={items} what="accounts" perPage={10}>
              {(users) => (
                <ul className={classes.list}>
                  {users.map((user) => (
                    <AccountLine user={user} isOwn={user.name === own} key={user.name} />
                  ))}
                </ul>
              )}
            </Paged>
          )}
        </Loaded>
        <div className={classes.acts}>
          <Button variant="default" onClick={() => setAdding(true)}>
            Add an account …
          </Button>
        </div>
      </Card>
      {adding ? <AddAccount close={() => setAdding(false)} /> : null}
    </Section>
  );
}

const KINDS = { local: 'password of Holdfast', oidc: 'through OpenID Connect', proxy: 'by the proxy in front' };

function AccountLine({ user, isOwn }: { readonly user: User; readonly isOwn: boolean }) {
  const { name, role, kind, lastLoginAt, disabled } = user;
  return (
    <li>
      <div>
        <span className={classes.name}>
          {name}
          <Badge meaning="exempt" icon="user" word={role} />
          {disabled ? <Badge meaning="attention" icon="lock" word="disabled" /> : null}
        </span>
        <div className={classes.quiet}>
          {KINDS[kind]},{' '}
          {lastLoginAt === undefined ? (
            'never logged in'
          ) : (
            <>
              last login <When at={lastLoginAt} quiet />
            </>
          )}
        </div>
      </div>
      {isOwn ? <span className={classes.quiet}>this is you</span> : <AccountActs user={user} />}
    </li>
  );
}

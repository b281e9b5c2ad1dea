import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApiToken, Session } from '#server/api/schema/session.ts';
import { get, send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { useNow } from '../../parts/now.ts';
import { Paged } from '../../parts/paged.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { Loaded } from '../../states/loaded.tsx';
import { MakeToken } from './make-token.tsx';
import classes from './settings.module.css';

type Tokens = { readonly items: readonly ApiToken[] };

/** Secrets with which programs act for a person. */
export function Tokens({ own }: { readonly own: NonNullable<Session['user']> }) {
  const query = useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => get<Tokens>('/tokens', {}, signal) });
  const [making, setMaking] = useState(false);
  return (
    <Section title="API tokens" aside={own.role === 'admin' ? 'of everybody' : 'your own'}>
      <Card>
        <Loaded query={query} what="the API tokens">
          {({ items }) =>
            items.length === 0 ? (
              <p className={classes.quiet} style={{ margin: 0 }}>
                There is none. With a token, a script or the command line asks this daemon in your name, never for more than you may.
              </p>
            ) : (
              <Paged items={items} what="API tokens" perPage={10}>
                {(tokens) => (
                  <ul className={classes.list}>
                    {tokens.map((token) => (
                      <TokenLine token={token} isOwn={token.owner === own.name} key={token.id} />
                    ))}
                  </ul>
                )}
              </Paged>
            )
          }
        </Loaded>
        <div className={classes.acts}>
          <Button variant="default" onClick={() => setMaking(true)}>
            Make a token …
          </Button>
        </div>
      </Card>
      {making ? <MakeToken role={own.role} close={() => setMaking(false)} /> : null}
    </Section>
  );
}

function TokenLine({ token, isOwn }: { readonly token: ApiToken; readonly isOwn: boolean }) {
  const { id, label, owner, scope, createdAt, expiresAt, lastUsedAt } = token;
  const isOver = expiresAt <= useNow();
  const [asking, setAsking] = useState(false);
  const revoke = useAct({
    call: () => send<void>('DELETE', `/tokens/${encodeURIComponent(id)}`),
    changes: ['tokens', 'audit'],
    told: () => `The token “${label}” is revoked.`,
  });
  return (
    <li>
      <div>
        <span className={classes.name}>
          {label}
          {isOver ? <Badge meaning="exempt" icon="dash" word="expired" /> : <Badge meaning="exempt" icon="lock" word={scope} />}
        </span>
        <div className={classes.quiet}>
          {isOwn ? null : `${owner}, `}made <When at={createdAt} quiet />, {isOver ? 'ended' : 'ends'} <When at={expiresAt} quiet />,{' '}
          {lastUsedAt === undefined ? (
            'never used'
          ) : (
            <>
              last used <When at={lastUsedAt} quiet />
            </>
          )}
        </div>
      </div>
      <Button size="xs" variant="default" onClick={() => setAsking(true)} aria-label={`Revoke ${label}`}>
        Revoke …
      </Button>
      {asking ? (
        <Confirm
          title={`Revoke the token “${label}”?`}
          label="Revoke"
          pending={revoke.isPending}
          confirm={() => revoke.mutate(undefined, { onSettled: () => setAsking(false) })}
          cancel={() => setAsking(false)}
        >
          <p>
            What uses it is refused from the next request on. It was{' '}
            {lastUsedAt === undefined ? (
              'never used.'
            ) : (
              <>
                last used <When at={lastUsedAt} />.
              </>
            )}{' '}
            There is no way back, but a new token.
          </p>
        </Confirm>
      ) : null}
    </li>
  );
}

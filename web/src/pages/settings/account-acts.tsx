import { Button, Menu, Stack } from '@mantine/core';
import { useState } from 'react';
import type { RoleName, User } from '#server/api/schema/session.ts';
import { send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { NewPassword } from '../../session/new-password.tsx';
import { RoleSelect } from './add-account.tsx';

type Change = { readonly role?: RoleName; readonly disabled?: boolean; readonly password?: string };
type Asking = 'role' | 'password' | 'disabled';

/** What an admin may do to the account of somebody else. Who is vouched for elsewhere has neither role nor password here. */
export function AccountActs({ user }: { readonly user: User }) {
  const [asking, setAsking] = useState<Asking>();
  const label = user.disabled ? 'Enable' : 'Disable';
  return (
    <>
      <Menu position="bottom-end" withArrow>
        <Menu.Target>
          <Button size="xs" variant="default" aria-label={`Change ${user.name}`}>
            Change …
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {user.kind === 'local' ? (
            <>
              <Menu.Item onClick={() => setAsking('role')}>Role</Menu.Item>
              <Menu.Item onClick={() => setAsking('password')}>Reset password</Menu.Item>
            </>
          ) : null}
          <Menu.Item onClick={() => setAsking('disabled')}>{label}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking === undefined ? null : <ChangeAccount user={user} asking={asking} close={() => setAsking(undefined)} />}
    </>
  );
}

type Props = { readonly user: User; readonly asking: Asking; readonly close: () => void };

function ChangeAccount({ user, asking, close }: Props) {
  const { name } = user;
  const [role, setRole] = useState(user.role);
  const [password, setPassword] = useState('');
  const act = useAct({
    call: (change: Change) => send<User>('PATCH', `/users/${encodeURIComponent(name)}`, change),
    changes: ['users', 'audit'],
    told: () => TOLD[asking](user, role),
    refusedInForm: true,
  });
  const common = { pending: act.isPending, error: act.error, cancel: close };
  const done = { onSuccess: close };
  if (asking === 'role')
    return (
      <Confirm
        title={`The role of ${name}`}
        label="Change the role"
        incomplete={role === user.role}
        confirm={() => act.mutate({ role }, done)}
        {...common}
      >
        <RoleSelect role={role} change={setRole} />
      </Confirm>
    );
  if (asking === 'password')
    return (
      <Confirm
        title={`A new password for ${name}`}
        label="Set the password"
        incomplete={password === ''}
        confirm={() => act.mutate({ password }, done)}
        {...common}
      >
        <Stack gap="sm">
          <span>All sessions of {name} end. Tell them the new password on a way you trust.</span>
          <NewPassword label="New password" value={password} change={setPassword} />
        </Stack>
      </Confirm>
    );
  return (
    <Confirm
      title={user.disabled ? `Let ${name} log in again?` : `Disable the account of ${name}?`}
      label={user.disabled ? 'Enable' : 'Disable'}
      confirm={() => act.mutate({ disabled: !user.disabled }, done)}
      {...common}
    >
      <p>
        {user.disabled
          ? `${name} may log in with the role and the tokens from before.`
          : `All sessions of ${name} end at once, and their API tokens are refused, until somebody enables the account again.`}
      </p>
    </Confirm>
  );
}

const TOLD: Readonly<Record<Asking, (user: User, role: RoleName) => string>> = {
  role: ({ name }, role) => `${name} is ${role} now.`,
  password: ({ name }) => `${name} has a new password.`,
  disabled: ({ name, disabled }) => (disabled ? `${name} may log in again.` : `${name} is disabled.`),
};

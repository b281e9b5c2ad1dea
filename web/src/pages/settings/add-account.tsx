import { Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { RoleName, User } from '#server/api/schema/session.ts';
import { send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { NewPassword } from '../../session/new-password.tsx';
import { ROLES } from '../../session/use-session.ts';
import { MAY } from './roles.ts';

/** A local account for somebody else. */
export function AddAccount({ close }: { readonly close: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<RoleName>('viewer');
  const [password, setPassword] = useState('');
  const act = useAct({
    call: () => send<User>('POST', '/users', { name: name.trim(), role, password }),
    changes: ['users', 'audit'],
    told: (user) => `${user.name} may log in as ${user.role}.`,
    refusedInForm: true,
  });
  return (
    <Confirm
      title="Add an account"
      label="Add the account"
      pending={act.isPending}
      incomplete={name.trim() === '' || password === ''}
      error={act.error}
      confirm={() => act.mutate(undefined, { onSuccess: close })}
      cancel={close}
    >
      <Stack gap="sm">
        <TextInput
          label="Name"
          autoComplete="off"
          required
          withAsterisk={false}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleSelect role={role} change={setRole} />
        <NewPassword label="First password" value={password} change={setPassword} />
        <span>Tell it to them on a way you trust; they change it under Settings.</span>
      </Stack>
    </Confirm>
  );
}

/** One of the roles, with what it may. */
export function RoleSelect({ role, change }: { readonly role: RoleName; readonly change: (role: RoleName) => void }) {
  return (
    <Select
      label="Role"
      data={[...ROLES]}
      value={role}
      onChange={(value) => change(value ?? role)}
      allowDeselect={false}
      description={MAY[role]}
    />
  );
}

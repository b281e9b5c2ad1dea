import { PasswordInput, Stack } from '@mantine/core';
import { useState } from 'react';
import { send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { NewPassword } from '../../session/new-password.tsx';

/** Asks for the old password and the new one. */
export function ChangePassword({ close }: { readonly close: () => void }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const act = useAct({
    call: () => send<unknown>('PUT', '/session/password', { current, password }),
    changes: ['session', 'audit'],
    told: () => 'The password is changed. Everywhere else you are logged out.',
    refusedInForm: true,
  });
  return (
    <Confirm
      title="Change your password"
      label="Change password"
      pending={act.isPending}
      incomplete={current === '' || password === ''}
      error={act.error}
      confirm={() => act.mutate(undefined, { onSuccess: close })}
      cancel={close}
    >
      <Stack gap="sm">
        <span>All other sessions of yours end. API tokens stay good: revoke them one by one.</span>
        <PasswordInput
          label="Password until now"
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
        />
        <NewPassword label="New password" value={password} change={setPassword} />
      </Stack>
    </Confirm>
  );
}

import { Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Session } from '#server/api/schema/session.ts';
import { send } from '../api/client.ts';
import { Door } from './door.tsx';
import { LoginProblemAlert } from './login-problem.tsx';
import { Refusal } from './refusal.tsx';

export function Login({ session }: { readonly session: Session }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const login = useMutation({
    mutationFn: () => send<unknown>('POST', '/session', { name, password }),
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <Door title="Log in" text="To see whether the backups keep what was promised.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          login.mutate();
        }}
      >
        <Stack gap="sm">
          {login.error === null ? <LoginProblemAlert /> : <Refusal error={login.error} />}
          <TextInput
            label="Name"
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
          />
          <Button type="submit" loading={login.isPending} mt="xs">
            Log in
          </Button>
        </Stack>
      </form>
      {session.oidc === undefined ? null : (
        <>
          <Divider label="or" my="md" />
          <Button component="a" href="/api/v1/oidc/login" variant="default" fullWidth>
            {session.oidc.label}
          </Button>
        </>
      )}
    </Door>
  );
}

import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { send } from '../api/client.ts';
import { Fix } from '../parts/fix.tsx';
import { Door } from './door.tsx';
import { NewPassword } from './new-password.tsx';
import { Refusal } from './refusal.tsx';

/** The first account. The secret stands behind `#` in the link, so that no log of a server in between holds it. */
export function Setup() {
  const client = useQueryClient();
  const [secret] = useState(() => location.hash.slice(1));
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const setup = useMutation({
    mutationFn: () => send<unknown>('POST', '/setup', { secret, name, password }),
    onSuccess: async () => {
      navigate('/', { replace: true });
      await client.invalidateQueries();
    },
  });
  if (secret === '') {
    return (
      <Door
        title="Nobody has an account yet"
        text="The daemon printed a link for the first person when it started. It works once. Open it, or look it up:"
      >
        <Fix text="journalctl -u holdfast -g /setup" />
      </Door>
    );
  }
  return (
    <Door
      title="Make the first account"
      text="It is an admin: it may make accounts for others, and approve and apply changes. This link works once."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setup.mutate();
        }}
      >
        <Stack gap="sm">
          <Refusal error={setup.error} />
          <TextInput
            label="Name"
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NewPassword label="Password" value={password} change={setPassword} />
          <Button type="submit" loading={setup.isPending} mt="xs">
            Make the account
          </Button>
        </Stack>
      </form>
    </Door>
  );
}

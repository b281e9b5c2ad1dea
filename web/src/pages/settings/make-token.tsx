import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ApiToken, MadeToken, RoleName } from '#server/api/schema/session.ts';
import { send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { exact } from '../../parts/exact.ts';
import { now } from '../../parts/now.ts';
import { covers } from '../../session/use-session.ts';
import classes from './settings.module.css';

const DAY_SECONDS = 86_400;
const DAYS = [7, 30, 90, 180, 365].map((days) => ({ value: String(days), label: `${days} days` }));
const SCOPES: readonly { readonly value: ApiToken['scope']; readonly label: string; readonly role: RoleName }[] = [
  { value: 'read', label: 'read: see everything', role: 'viewer' },
  { value: 'act', label: 'act: what an operator may', role: 'operator' },
  { value: 'approve', label: 'approve: what an approver may', role: 'approver' },
  { value: 'admin', label: 'admin: everything', role: 'admin' },
];

/** Asks what the token is for, and shows its secret the one time there is to see it. */
export function MakeToken({ role, close }: { readonly role: RoleName; readonly close: () => void }) {
  const [label, setLabel] = useState('');
  const [scope, setScope] = useState<string>('read');
  const [days, setDays] = useState('90');
  const act = useAct({
    call: () => send<MadeToken>('POST', '/tokens', { label: label.trim(), scope, days: Number(days) }),
    changes: ['tokens', 'audit'],
    refusedInForm: true,
  });
  if (act.data) return <Secret token={act.data} close={close} />;
  return (
    <Confirm
      title="Make an API token"
      label="Make the token"
      pending={act.isPending}
      incomplete={label.trim() === ''}
      error={act.error}
      confirm={() => act.mutate(undefined)}
      cancel={close}
    >
      <Stack gap="sm">
        <TextInput
          label="What it is for"
          placeholder="dashboard in the office"
          required
          withAsterisk={false}
          maxLength={100}
          data-autofocus
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <Select
          label="What it may"
          data={SCOPES.filter((one) => covers(role, one.role)).map(({ value, label: text }) => ({ value, label: text }))}
          value={scope}
          onChange={(value) => setScope(value ?? 'read')}
          allowDeselect={false}
        />
        <Select
          label="Good for"
          data={DAYS}
          value={days}
          onChange={(value) => setDays(value ?? '90')}
          allowDeselect={false}
          description={`ends ${exact(now() + Number(days) * DAY_SECONDS)}`}
        />
      </Stack>
    </Confirm>
  );
}

function Secret({ token, close }: { readonly token: MadeToken; readonly close: () => void }) {
  return (
    <Modal
      opened
      onClose={close}
      title={`The token “${token.label}”`}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
      centered
    >
      <p style={{ margin: 0 }}>Copy it now. Holdfast keeps only its fingerprint and cannot show it again.</p>
      <div className={classes.secret}>
        <code>{token.secret}</code>
        <CopyButton text={token.secret} what=" the token" />
      </div>
      <span className={classes.quiet}>Sent with each request as a header: Authorization: Bearer TOKEN</span>
      <Group justify="flex-end" mt="md">
        <Button onClick={close}>I have it</Button>
      </Group>
    </Modal>
  );
}

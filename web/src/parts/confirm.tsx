import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { Refusal } from '../session/refusal.tsx';

type Props = {
  readonly title: string;
  /** What will happen, and what it costs. */
  readonly children: ReactNode;
  readonly label: string;
  readonly pending: boolean;
  /** What is still missing before it can be done. */
  readonly incomplete?: boolean;
  /** Why it was refused, where the act does not tell it elsewhere. */
  readonly error?: unknown;
  readonly confirm: () => void;
  readonly cancel: () => void;
};

/** Asked before every act: what it does, in words, and the way back first. */
export function Confirm({ title, children, label, pending, incomplete = false, error = null, confirm, cancel }: Props) {
  return (
    <Modal opened onClose={cancel} title={title} closeButtonProps={{ 'aria-label': 'Close' }} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        {error === null ? null : (
          <div style={{ marginBottom: '0.8rem' }}>
            <Refusal error={error} />
          </div>
        )}
        {children}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={cancel}>
            Not now
          </Button>
          <Button type="submit" loading={pending} disabled={incomplete} data-autofocus={incomplete ? undefined : true}>
            {label}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

import { Button, Group, Modal, Select, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Alert } from '#server/api/schema/watch.ts';
import { exact } from '../../parts/exact.ts';
import { now } from '../../parts/now.ts';

type Answer = { readonly act: 'acknowledge' | 'suppress'; readonly reason?: string; readonly untilAt?: number };
type Props = {
  readonly act: Answer['act'];
  readonly alert: Alert;
  readonly pending: boolean;
  readonly close: () => void;
  readonly answer: (body: Answer) => void;
};

const DAY_SECONDS = 86_400;
/** A suppression ends by itself, so that nothing is forgotten for ever: after 30 days at the latest. */
const DAYS = [1, 2, 7, 14, 30].map((days) => ({ value: String(days), label: days === 1 ? 'for a day' : `for ${days} days` }));
const SHORTEST_REASON = 3;

/** Asks for the reason, and for the end where it is hidden. */
export function AnswerForm({ act, alert, pending, close, answer }: Props) {
  const [reason, setReason] = useState('');
  const [days, setDays] = useState('7');
  const hides = act === 'suppress';
  const untilAt = now() + Number(days) * DAY_SECONDS;
  const short = hides && reason.trim().length < SHORTEST_REASON;
  function submit() {
    const said = reason.trim();
    answer({ act, ...(said === '' ? {} : { reason: said }), ...(hides ? { untilAt } : {}) });
  }
  return (
    <Modal
      opened
      onClose={close}
      title={hides ? 'Suppress this finding' : 'Acknowledge this finding'}
      closeButtonProps={{ 'aria-label': 'Close' }}
      centered
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!short) submit();
        }}
      >
        <Stack>
          <strong>{alert.finding.problem}</strong>
          <span>
            {hides
              ? 'It is told to nobody until its end. How the guest stands does not change: what is broken is shown broken.'
              : 'Somebody knows: it is not repeated to people, and is told again when it gets worse.'}
          </span>
          {hides ? (
            <Select
              label="How long"
              data={DAYS}
              value={days}
              onChange={(value) => setDays(value ?? '7')}
              allowDeselect={false}
              description={`ends ${exact(untilAt, alert.timeZone)}`}
            />
          ) : null}
          <Textarea
            label={hides ? 'Reason' : 'Reason (may be left out)'}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
            autosize
            minRows={2}
            required={hides}
            withAsterisk={false}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={pending} disabled={short}>
              {hides ? 'Suppress' : 'Acknowledge'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

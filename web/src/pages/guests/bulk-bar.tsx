import { Button, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import type { BulkDone, GuestRow } from '#server/api/schema/guests.ts';
import { send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Icon } from '../../parts/icon.tsx';
import classes from './bulk-bar.module.css';

type Act = 'back-up-now' | 'verify';
const ACTS: Readonly<Record<Act, { readonly label: string; readonly question: string; readonly means: string }>> = {
  'back-up-now': {
    label: 'Back up now',
    question: 'Back up now',
    means:
      'Each is backed up to the storage of its tier, outside its schedule, one after the other on its node. Guests that are busy are left out and said so.',
  },
  verify: {
    label: 'Verify',
    question: 'Verify the newest point of',
    means: 'The backup server reads the newest recovery point of each back from its disks. This takes time and I/O there.',
  },
};
/** What the daemon takes at once. */
const MOST = 200;

/** What can be done with the chosen guests at once: asked once, answered for each. */
export function BulkBar({ chosen, clear }: { readonly chosen: ReadonlyMap<string, GuestRow>; readonly clear: () => void }) {
  const [asked, setAsked] = useState<Act>();
  const bulk = useAct({
    call: (act: Act) =>
      send<BulkDone>('POST', '/guests/bulk', { act, guests: [...chosen.values()].map(({ site, vmid }) => ({ site, vmid })) }),
    changes: ['guests', 'overview'],
  });
  if (chosen.size === 0) return null;
  const close = (): void => {
    setAsked(undefined);
    bulk.reset();
    if (bulk.data !== undefined) clear();
  };
  const many = chosen.size === 1 ? '1 guest' : `${chosen.size} guests`;
  return (
    <div className={classes.bar} role="region" aria-label="What to do with the chosen guests">
      <strong>{many} chosen</strong>
      {(['back-up-now', 'verify'] as const).map((act) => (
        <Button
          key={act}
          size="xs"
          variant={act === 'verify' ? 'default' : 'filled'}
          disabled={chosen.size > MOST}
          onClick={() => setAsked(act)}
        >
          {ACTS[act].label}
        </Button>
      ))}
      <Button size="xs" variant="subtle" onClick={clear}>
        Choose none
      </Button>
      {chosen.size > MOST ? <span>At most {MOST} at once.</span> : null}
      {asked === undefined ? null : (
        <Modal opened onClose={close} title={`${ACTS[asked].question} ${many}?`} closeButtonProps={{ 'aria-label': 'Close' }} centered>
          {bulk.data === undefined ? (
            <>
              <p>{ACTS[asked].means}</p>
              <Group justify="flex-end">
                <Button variant="default" onClick={close}>
                  Not now
                </Button>
                <Button loading={bulk.isPending} onClick={() => bulk.mutate(asked)} data-autofocus>
                  {ACTS[asked].label}
                </Button>
              </Group>
            </>
          ) : (
            <Results done={bulk.data} names={chosen} />
          )}
        </Modal>
      )}
    </div>
  );
}

/** What was not begun is not shown as if it had been. */
const LOOKS = {
  started: { meaning: 'protected', icon: 'check' },
  done: { meaning: 'protected', icon: 'check' },
  busy: { meaning: 'attention', icon: 'clock' },
  nothing: { meaning: 'exempt', icon: 'dash' },
} as const;

function Results({ done, names }: { readonly done: BulkDone; readonly names: ReadonlyMap<string, GuestRow> }) {
  return (
    <ul className={classes.results} aria-live="polite">
      {done.results.map(({ site, vmid, failed, outcome, text }) => (
        <li key={`${site}/${vmid}`} data-meaning={failed ? 'broken' : LOOKS[outcome].meaning}>
          <Icon name={failed ? 'cross-octagon' : LOOKS[outcome].icon} size={17} />
          <span>
            <strong>
              {vmid} ({names.get(`${site}/${vmid}`)?.name})
            </strong>{' '}
            {text}
          </span>
        </li>
      ))}
    </ul>
  );
}

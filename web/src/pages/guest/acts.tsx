import { Button } from '@mantine/core';
import { useState } from 'react';
import type { GuestPage } from '#server/api/schema/guests.ts';
import { Icon } from '../../parts/icon.tsx';
import { useMay } from '../../session/use-session.ts';
import { BackUpNow } from './back-up-now.tsx';
import { ProtectPoint } from './protect-point.tsx';
import classes from './verdict.module.css';
import { VerifyPoint } from './verify-point.tsx';

const ACTS = [
  { act: 'back-up-now', label: 'Back up now', icon: 'backup' },
  { act: 'verify', label: 'Verify the newest point', icon: 'verify' },
  { act: 'protect', label: 'Protect the newest point', icon: 'lock' },
] as const;

/** What may be done with the guest. Who may do nothing is offered nothing; what is not possible says why. */
export function Acts({ page }: { readonly page: GuestPage }) {
  const mayAct = useMay('operator');
  const [asked, setAsked] = useState<(typeof ACTS)[number]['act']>();
  if (!mayAct) return null;
  const newest = page.points.findLast(({ goneAt, sizeBytes }) => goneAt === undefined && sizeBytes !== undefined);
  const close = (): void => setAsked(undefined);
  const known = ACTS.flatMap((entry) => {
    const told = page.acts.find(({ act }) => act === entry.act);
    return told === undefined || (entry.act !== 'back-up-now' && newest === undefined) ? [] : [{ ...entry, ...told }];
  });
  return (
    <>
      <div className={classes.acts}>
        {known.map(({ act, label, icon, possible }, index) => (
          <Button
            key={act}
            variant={index === 0 ? 'filled' : 'default'}
            size="sm"
            disabled={!possible}
            leftSection={<Icon name={icon} size={16} />}
            onClick={() => setAsked(act)}
          >
            {label}
          </Button>
        ))}
      </div>
      {known.map(({ act, label, possible, because }) =>
        possible || because === undefined ? null : (
          <p className={classes.because} key={act}>
            <strong>{label}</strong> is not possible: {because}
          </p>
        ),
      )}
      {asked === 'back-up-now' ? <BackUpNow guest={page.guest} close={close} /> : null}
      {asked === 'verify' && newest !== undefined ? (
        <VerifyPoint guest={page.guest} zone={page.timeZone} point={newest} close={close} />
      ) : null}
      {asked === 'protect' && newest !== undefined ? (
        <ProtectPoint guest={page.guest} zone={page.timeZone} point={newest} close={close} />
      ) : null}
    </>
  );
}

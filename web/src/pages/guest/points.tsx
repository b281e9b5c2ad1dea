import { Button, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import type { GuestPage } from '#server/api/schema/guests.ts';
import { useMay } from '../../session/use-session.ts';
import { PointRow, type Asked } from './point-row.tsx';
import classes from './points.module.css';
import { ProtectPoint } from './protect-point.tsx';
import { VerifyPoint } from './verify-point.tsx';

const SHOWN = 10;
const MOST = 200;

/** The recovery points with their numbers, newest first. */
export function Points({ page }: { readonly page: GuestPage }) {
  const [all, setAll] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const mayAct = useMay('operator');
  const can = (act: Asked['act']) => page.acts.some((each) => each.act === act && each.possible);
  const may = mayAct ? { verify: can('verify'), protect: can('protect') } : undefined;
  const { guest, timeZone } = page;
  const newestFirst = page.points.toReversed();
  const shown = newestFirst.slice(0, all ? MOST : SHOWN);
  const close = (): void => setAsked(undefined);
  return (
    <div className={classes.box}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Data of</th>
            <th scope="col">Counts</th>
            <th scope="col">Not before</th>
            <th scope="col" className={classes.number}>
              Size
            </th>
            <th scope="col">Where</th>
            {may ? (
              <th scope="col">
                <VisuallyHidden>Acts</VisuallyHidden>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {shown.length === 0 ? (
            <tr>
              <td colSpan={6}>No recovery point has been seen.</td>
            </tr>
          ) : null}
          {shown.map((point) => (
            <PointRow
              key={`${point.server} ${point.datastore} ${point.namespace} ${point.at}`}
              point={point}
              zone={timeZone}
              may={may}
              ask={setAsked}
            />
          ))}
        </tbody>
      </table>
      {newestFirst.length > shown.length && !all ? (
        <div className={classes.more}>
          <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
            {newestFirst.length > MOST ? `Show the newest ${MOST} of ${newestFirst.length}` : `Show all ${newestFirst.length}`}
          </Button>
        </div>
      ) : null}
      {asked?.act === 'verify' ? <VerifyPoint guest={guest} zone={timeZone} point={asked.point} close={close} /> : null}
      {asked?.act === 'protect' ? <ProtectPoint guest={guest} zone={timeZone} point={asked.point} close={close} /> : null}
    </div>
  );
}

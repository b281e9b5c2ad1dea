import { ActionIcon, Button, Menu, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import type { GuestPage, RecoveryPoint } from '#server/api/schema/guests.ts';
import { day, minute } from '../../parts/exact.ts';
import { Icon } from '../../parts/icon.tsx';
import { size } from '../../parts/size.ts';
import { When } from '../../parts/when.tsx';
import { useMay } from '../../session/use-session.ts';
import type { Look } from '../../theme/meaning.ts';
import classes from './points.module.css';
import { ProtectPoint } from './protect-point.tsx';
import { VerifyPoint } from './verify-point.tsx';

const SHOWN = 10;
const MOST = 200;

/** The recovery points with their numbers, newest first. */
export function Points({ page }: { readonly page: GuestPage }) {
  const [all, setAll] = useState(false);
  const [asked, setAsked] = useState<{ readonly act: 'verify' | 'protect'; readonly point: RecoveryPoint }>();
  const mayAct = useMay('operator');
  const can = (act: 'verify' | 'protect') => mayAct && page.acts.some((each) => each.act === act && each.possible);
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
            {mayAct ? (
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
            <tr key={`${point.server} ${point.datastore} ${point.namespace} ${point.at}`}>
              <td>
                {minute(point.at, timeZone)}
                <small>
                  <When at={point.at} zone={timeZone} quiet />
                </small>
              </td>
              <td>
                <State point={point} />
                <small>{evidenceOf(point, timeZone)}</small>
              </td>
              <td>
                {point.notBeforeAt === undefined ? 'not promised' : day(point.notBeforeAt, timeZone)}
                {point.protected ? (
                  <small>{point.lockedAt === undefined ? 'protected, not by Holdfast' : 'locked by Holdfast'}</small>
                ) : null}
              </td>
              <td className={classes.number}>{point.sizeBytes === undefined ? 'unfinished' : size(point.sizeBytes)}</td>
              <td>
                {point.server}
                <small>
                  {point.datastore}
                  {point.namespace === '' ? null : `, ${point.namespace}`}
                </small>
              </td>
              {mayAct ? (
                <td>
                  {point.goneAt === undefined && (can('verify') || can('protect')) ? (
                    <Menu position="bottom-end">
                      <Menu.Target>
                        <ActionIcon variant="subtle" aria-label={`What to do with the point of ${minute(point.at, timeZone)}`}>
                          <Icon name="more" size={18} />
                        </ActionIcon>
                      </Menu.Target>
                      <Menu.Dropdown>
                        {can('verify') ? <Menu.Item onClick={() => setAsked({ act: 'verify', point })}>Verify …</Menu.Item> : null}
                        {can('protect') && (!point.protected || point.lockedAt !== undefined) ? (
                          <Menu.Item onClick={() => setAsked({ act: 'protect', point })}>Protect …</Menu.Item>
                        ) : null}
                      </Menu.Dropdown>
                    </Menu>
                  ) : null}
                </td>
              ) : null}
            </tr>
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

function State({ point }: { readonly point: RecoveryPoint }) {
  const { meaning, icon, word } = stateOf(point);
  return (
    <span className={classes.state} data-meaning={meaning}>
      <Icon name={icon} size={15} />
      {word}
    </span>
  );
}

function stateOf({ goneAt, counts, verified, sizeBytes }: RecoveryPoint): Look {
  if (goneAt !== undefined) return { meaning: 'exempt', icon: 'dash', word: 'gone' };
  if (verified?.state === 'failed') return { meaning: 'broken', icon: 'cross-octagon', word: 'corrupt' };
  if (sizeBytes === undefined) return { meaning: 'unknown', icon: 'clock', word: 'not finished' };
  if (counts === undefined) return { meaning: 'unknown', icon: 'question', word: 'not judged' };
  if (!counts.usable) return { meaning: 'broken', icon: 'cross-octagon', word: 'no' };
  return { meaning: 'protected', icon: 'check', word: 'yes' };
}

function evidenceOf({ goneAt, goneBy, counts, verified }: RecoveryPoint, zone: string): string {
  if (goneAt !== undefined) return `${day(goneAt, zone)}${goneBy === undefined ? '' : `, by ${goneBy}`}`;
  const read = verified === undefined ? 'not read back yet' : `read back ${day(verified.at, zone)}`;
  return counts?.usable === false && counts.because !== undefined ? `${counts.because}; ${read}` : read;
}

import { ActionIcon, Menu } from '@mantine/core';
import type { RecoveryPoint } from '#server/api/schema/guests.ts';
import { date, day, minute } from '../../parts/exact.ts';
import { Icon } from '../../parts/icon.tsx';
import { size } from '../../parts/size.ts';
import { When } from '../../parts/when.tsx';
import type { Look } from '../../theme/meaning.ts';
import classes from './points.module.css';

export type Asked = { readonly act: 'verify' | 'protect'; readonly point: RecoveryPoint };

type Props = {
  readonly point: RecoveryPoint;
  readonly zone: string;
  /** What may be done with points of the guest; absent for who may do nothing. */
  readonly may: { readonly verify: boolean; readonly protect: boolean } | undefined;
  readonly ask: (asked: Asked) => void;
};

/** One recovery point: its data, whether it counts and why, its day, and what may be done with it. */
export function PointRow({ point, zone, may, ask }: Props) {
  // What Holdfast locked it lifts again on its day: a person may keep it for longer.
  const mayProtect = may?.protect === true && (!point.protected || point.lockedAt !== undefined);
  return (
    <tr>
      <td>
        {minute(point.at, zone)}
        <small>
          <When at={point.at} zone={zone} quiet />
        </small>
      </td>
      <td>
        <State point={point} />
        <small>{evidenceOf(point, zone)}</small>
      </td>
      <td>
        {point.notBeforeAt === undefined ? 'not promised' : date(point.notBeforeAt, zone)}
        {point.protected ? <small>{point.lockedAt === undefined ? 'protected, not by Holdfast' : 'locked by Holdfast'}</small> : null}
      </td>
      <td className={classes.number}>{point.sizeBytes === undefined ? 'unfinished' : size(point.sizeBytes)}</td>
      <td>
        {point.server}
        <small>
          {point.datastore}
          {point.namespace === '' ? null : `, ${point.namespace}`}
        </small>
      </td>
      {may ? (
        <td>
          {point.goneAt === undefined && (may.verify || mayProtect) ? (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="subtle" aria-label={`What to do with the point of ${minute(point.at, zone)}`}>
                  <Icon name="more" size={18} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {may.verify ? <Menu.Item onClick={() => ask({ act: 'verify', point })}>Verify …</Menu.Item> : null}
                {mayProtect ? <Menu.Item onClick={() => ask({ act: 'protect', point })}>Protect …</Menu.Item> : null}
              </Menu.Dropdown>
            </Menu>
          ) : null}
        </td>
      ) : null}
    </tr>
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
  if (goneAt !== undefined) return `${date(goneAt, zone)}${goneBy === undefined ? '' : `, by ${goneBy}`}`;
  const read = verified === undefined ? 'not read back yet' : `read back ${day(verified.at, zone)}`;
  return counts?.usable === false && counts.because !== undefined ? `${counts.because}; ${read}` : read;
}

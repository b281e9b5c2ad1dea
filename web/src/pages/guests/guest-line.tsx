import { memo } from 'react';
import { Link } from 'wouter';
import type { GuestRow } from '#server/api/schema/guests.ts';
import { PostureBadge } from '../../parts/badge.tsx';
import { guestPath } from '../../parts/guest-link.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LadderSigns } from '../../parts/ladder.tsx';
import { useNow } from '../../parts/now.ts';
import { Strip } from '../../parts/strip.tsx';
import { When } from '../../parts/when.tsx';
import { keyOf, type Choosing } from './choosing.ts';
import { GuestDetails } from './guest-details.tsx';
import { withoutPoint } from './without-point.ts';
import classes from './guests-table.module.css';

type Props = {
  readonly guest: GuestRow;
  readonly zone: string;
  readonly rowIndex: number;
  readonly manySites: boolean;
  readonly opened: boolean;
  readonly open: () => void;
  readonly choosing: Choosing | undefined;
};

/** One guest: a row, or on a phone a card; opened, the sentence and the evidence below it. Of plain elements, since dozens come and go with each turn of the wheel. */
export const GuestLine = memo(function GuestLine({ guest, zone, rowIndex, manySites, opened, open, choosing }: Props) {
  const { site, vmid, type, name, tier, posture, newestPointAt } = guest;
  return (
    <>
      <div className={classes.row} role="row" aria-rowindex={rowIndex}>
        {choosing === undefined ? null : (
          <span role="cell" className={classes.check}>
            <input
              type="checkbox"
              aria-label={`Choose ${vmid} (${name})`}
              checked={choosing.chosen.has(keyOf(guest))}
              onChange={() => choosing.choose(toggled(choosing.chosen, guest))}
            />
          </span>
        )}
        <span role="cell">
          <PostureBadge posture={posture} />
        </span>
        <span role="cell" className={classes.guest}>
          <Link href={guestPath(site, vmid)} className={classes.name ?? ''}>
            {name}
          </Link>
          <span className={classes.sub}>
            {type === undefined ? null : `${type.toUpperCase()} `}
            {vmid}
            {manySites ? `, ${site}` : null}
          </span>
        </span>
        <span role="cell" className={classes.tier}>
          {tier ?? 'none'}
        </span>
        <span role="cell" className={classes.newest}>
          {newestPointAt === undefined ? withoutPoint(guest) : <When at={newestPointAt} zone={zone} quiet />}
          <Breaks guest={guest} zone={zone} />
        </span>
        <span role="cell" className={classes.ladder}>
          <LadderSigns ladder={guest.ladder} zone={zone} />
        </span>
        <span role="cell" className={classes.strip}>
          {guest.points === undefined ? null : <Strip points={guest.points} zone={zone} />}
        </span>
        <span role="cell" className={classes.turn}>
          <button type="button" aria-expanded={opened} aria-label={`Why ${vmid} (${name}) is ${posture}`} onClick={open}>
            <Icon name={opened ? 'up' : 'down'} size={17} />
          </button>
        </span>
      </div>
      {opened ? (
        <div className={classes.details} role="row">
          <div role="cell">
            <GuestDetails guest={guest} />
          </div>
        </div>
      ) : null}
    </>
  );
});

/** Until when its newest point is young enough, or since when it no longer is. */
function Breaks({ guest: { breaksAt, posture }, zone }: { readonly guest: GuestRow; readonly zone: string }) {
  const now = useNow(60);
  if (breaksAt === undefined || posture === 'exempt' || posture === 'unknown') return null;
  const isLate = breaksAt <= now;
  return (
    <span className={`${classes.sub} ${isLate ? classes.late : ''}`}>
      {isLate ? 'too old since ' : 'too old '}
      <When at={breaksAt} zone={zone} quiet />
    </span>
  );
}

function toggled(chosen: ReadonlyMap<string, GuestRow>, guest: GuestRow): ReadonlyMap<string, GuestRow> {
  const next = new Map(chosen);
  if (!next.delete(keyOf(guest))) next.set(keyOf(guest), guest);
  return next;
}

import { VisuallyHidden } from '@mantine/core';
import type { GuestRow } from '#server/api/schema/guests.ts';
import { exact } from './exact.ts';
import { Icon, type IconName } from './icon.tsx';
import classes from './ladder.module.css';
import { When } from './when.tsx';
import type { Meaning } from '../theme/meaning.ts';

type Ladder = GuestRow['ladder'];
type Rung = Ladder['backedUp'];

const RUNGS: readonly { readonly name: keyof Ladder; readonly word: string }[] = [
  { name: 'backedUp', word: 'Backed up' },
  { name: 'verified', word: 'Verified' },
  { name: 'offsite', word: 'Off-site' },
  { name: 'restored', word: 'Restored' },
];

const STATES: Readonly<Record<Rung['state'], { readonly meaning: Meaning; readonly icon: IconName; readonly text: string }>> = {
  yes: { meaning: 'protected', icon: 'check', text: 'as promised' },
  late: { meaning: 'attention', icon: 'clock', text: 'late' },
  due: { meaning: 'exempt', icon: 'clock', text: 'not yet, and not late' },
  no: { meaning: 'broken', icon: 'cross', text: 'no, though promised' },
  unknown: { meaning: 'unknown', icon: 'question', text: 'not known' },
  none: { meaning: 'exempt', icon: 'dash', text: 'not promised' },
  unproven: { meaning: 'exempt', icon: 'dash', text: 'nothing measures it yet' },
};

/** How far the newest state of a guest has come: four signs in a row. */
export function LadderSigns({ ladder, zone }: { readonly ladder: Ladder; readonly zone: string }) {
  return (
    <span className={classes.ladder}>
      {RUNGS.map(({ name, word }) => {
        const { state, at } = ladder[name];
        const { meaning, icon, text } = STATES[state];
        const said = `${word}: ${text}${at === undefined ? '' : `, ${exact(at, zone)}`}`;
        return (
          <span key={name} title={said}>
            <span className={classes.rung} data-meaning={meaning} data-state={state}>
              <Icon name={icon} size={15} />
              <VisuallyHidden>{said}.</VisuallyHidden>
            </span>
          </span>
        );
      })}
    </span>
  );
}

/** The same with words. */
export function LadderList({ ladder, zone }: { readonly ladder: Ladder; readonly zone: string }) {
  return (
    <ol className={classes.long}>
      {RUNGS.map(({ name, word }) => {
        const { state, at } = ladder[name];
        const { meaning, icon, text } = STATES[state];
        return (
          <li key={name}>
            <span className={classes.rung} data-meaning={meaning} data-state={state}>
              <Icon name={icon} size={15} />
            </span>
            <span>
              {word}
              <small>
                {text}
                {at === undefined ? null : (
                  <>
                    , <When at={at} zone={zone} />
                  </>
                )}
              </small>
            </span>
          </li>
        );
      })}
    </ol>
  );
}

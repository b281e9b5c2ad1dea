import type { FindingLife } from '../memory/record.ts';
import { spellDuration, type UnixSeconds } from '../units.ts';

/** What a person made of a finding: its life as it goes on, or why that cannot be. */
export type Answered =
  | { readonly ok: true; readonly life: FindingLife }
  | { readonly ok: false; readonly problem: string; readonly fix: string };

/** Nothing is silenced for longer: what shall stay is an exception of the policy, with its own last day. */
export const LONGEST_SUPPRESSION_SECONDS = 30 * 86_400;

export type Act = { readonly by: string; readonly now: UnixSeconds };

/** Somebody knows of it: nobody is told again unless it grows worse, or ends and comes back. */
export function acknowledge(life: FindingLife, { by, now, reason }: Act & { readonly reason?: string }): Answered {
  const refused = refuse(life, by);
  if (refused) return refused;
  const { untilAt: _untilAt, reason: _reason, ...rest } = life;
  const openedAt = life.openedAt ?? now;
  return {
    ok: true,
    life: { ...rest, state: 'acknowledged', openedAt, by: by.trim(), ...(reason?.trim() ? { reason: reason.trim() } : {}) },
  };
}

/** Nobody is told until then, also where it ends and comes back meanwhile. Needs a reason and an end at most 30 days away. */
export function suppress(
  life: FindingLife,
  { by, now, reason, untilAt }: Act & { readonly reason: string; readonly untilAt: UnixSeconds },
): Answered {
  const refused = refuse(life, by);
  if (refused) return refused;
  if (reason.trim() === '')
    return no('A suppression needs a reason', 'say why nobody need be told:\n    --reason "the new disk comes on Monday"');
  if (untilAt <= now) return no('The end of the suppression has passed already', 'name an end that is still to come, at most 30 days away');
  if (untilAt - now > LONGEST_SUPPRESSION_SECONDS) {
    return no(
      `${spellDuration(untilAt - now)} is longer than anything may be silenced`,
      'suppress it for at most 30d; what is accepted for longer belongs into the policy, where all can see it:\n    exceptions:',
    );
  }
  return {
    ok: true,
    life: { ...life, state: 'suppressed', openedAt: life.openedAt ?? now, by: by.trim(), reason: reason.trim(), untilAt },
  };
}

/** Takes an acknowledgement or a suppression back: people are told again. */
export function reopen(life: FindingLife, { by, now }: Act): Answered {
  if (life.state !== 'acknowledged' && life.state !== 'suppressed')
    return no(`It is neither acknowledged nor suppressed: it is ${life.state}`, 'see what is:\n    holdfast alerts list');
  if (by.trim() === '') return nobody();
  const { by: _by, reason: _reason, untilAt: _untilAt, ...rest } = life;
  return { ok: true, life: { ...rest, state: 'open', openedAt: now } };
}

function refuse(life: FindingLife, by: string): Answered | undefined {
  if (by.trim() === '') return nobody();
  if (life.state === 'resolved') return no('It is over already', 'see what is open:\n    holdfast alerts list');
  return undefined;
}

function nobody(): Answered {
  return no('Nobody is named who says so', 'say who you are:\n    --by NAME');
}

function no(problem: string, fix: string): Answered {
  return { ok: false, problem, fix };
}

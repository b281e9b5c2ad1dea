import { accessEntry, type AccessPorts } from '#app/access.ts';

/** The audit log only grows: so many failed log-ins of an hour stand in it one by one. */
const MOST_AN_HOUR = 30;

/** Writes failed log-ins into the audit log, bounded, so that nobody can fill it. */
export type FailedLogins = { readonly note: (name: string, known: boolean, from: string) => Promise<void> };

/** Counts for this process; what was not written down is told with the next entry. */
export function makeFailedLogins(ports: AccessPorts): FailedLogins {
  let [hour, count] = [0, 0];
  return {
    note: async (name, known, from) => {
      const current = Math.floor(ports.clock.now() / 3600);
      const unwritten = current === hour ? 0 : Math.max(0, count - MOST_AN_HOUR);
      if (current !== hour) [hour, count] = [current, 0];
      count += 1;
      if (count > MOST_AN_HOUR) return;
      // What is no name of an account may be a password that was typed into the wrong field.
      const on = known ? name : 'an unknown account';
      const more = [
        ...(unwritten > 0 ? [`${unwritten} more before were not written down`] : []),
        ...(count === MOST_AN_HOUR ? ['further ones of this hour are only counted'] : []),
      ];
      const detail = [`from ${from}`, ...more].join('; ');
      await ports.accounts.note(accessEntry(ports, 'nobody', 'log-in failed', on, detail));
    },
  };
}

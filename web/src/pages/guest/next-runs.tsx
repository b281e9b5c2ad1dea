import type { GuestPage } from '#server/api/schema/guests.ts';
import { Icon } from '../../parts/icon.tsx';
import { minute } from '../../parts/exact.ts';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import classes from './guest-page.module.css';

const ICONS = { backup: 'backup', prune: 'broom', verify: 'verify', copy: 'copies' } as const;

/** The jobs that back the guest up, and what runs next for it. */
export function NextRuns({ page }: { readonly page: GuestPage }) {
  const { jobs, next, timeZone } = page;
  return (
    <Section title="Jobs and next runs" aside={timeZone}>
      <div className={classes.box}>
        <ul className={classes.lines}>
          {jobs === undefined ? <li>Which jobs cover this guest could not be seen.</li> : null}
          {jobs?.length === 0 ? <li>No backup job covers this guest.</li> : null}
          {jobs?.map(({ id, schedule, storage, enabled }) => (
            <li key={id}>
              <strong>{id}</strong> {enabled ? null : '(disabled: no cover) '}
              <div className={classes.quiet}>
                {schedule}, to {storage}
              </div>
            </li>
          ))}
          {next.map(({ what, id, at }) => (
            <li key={`${what} ${id} ${at}`} style={{ display: 'flex', gap: '0.6rem', alignItems: 'center' }}>
              <Icon name={ICONS[what]} size={16} />
              <span style={{ flex: 1 }}>
                {what} <span className={classes.quiet}>{id}</span>
              </span>
              <span style={{ textAlign: 'right' }}>
                <When at={at} zone={timeZone} />
                <span className={classes.quiet} style={{ display: 'block' }}>
                  {minute(at, timeZone)}
                </span>
              </span>
            </li>
          ))}
        </ul>
      </div>
    </Section>
  );
}

import { Button } from '@mantine/core';
import { useState } from 'react';
import type { GuestPage } from '#server/api/schema/guests.ts';
import { Icon } from '../../parts/icon.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import page_ from './guest-page.module.css';
import classes from './happened.module.css';

const LOOKS = {
  good: { meaning: 'protected', icon: 'check' },
  bad: { meaning: 'broken', icon: 'cross-octagon' },
  neutral: { meaning: 'exempt', icon: 'dash' },
} as const;
const SHOWN = 12;

/** What happened to the guest, newest first. */
export function Happened({ page }: { readonly page: GuestPage }) {
  const [all, setAll] = useState(false);
  const { happened, timeZone } = page;
  const shown = all ? happened : happened.slice(0, SHOWN);
  return (
    <Section title="History" aside="newest first, at most 200">
      <div className={page_.box}>
        {happened.length === 0 ? 'Nothing has been written down yet.' : null}
        <ol className={classes.list}>
          {shown.map(({ at, what, text, severity }) => (
            <li key={`${at} ${what} ${text}`} data-meaning={LOOKS[severity].meaning}>
              <Icon name={LOOKS[severity].icon} size={16} />
              <When at={at} zone={timeZone} quiet />
              <span>
                <span className={classes.what}>{what}</span> {text}
              </span>
            </li>
          ))}
        </ol>
        {happened.length > shown.length ? (
          <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
            Show all {happened.length}
          </Button>
        ) : null}
      </div>
    </Section>
  );
}

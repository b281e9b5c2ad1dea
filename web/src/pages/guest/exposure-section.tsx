import { lazy, Suspense } from 'react';
import type { GuestPage } from '#server/api/schema/guests.ts';
import { duration } from '../../parts/duration.ts';
import { Section } from '../../parts/section.tsx';
import { Skeleton } from '@mantine/core';
import classes from './guest-page.module.css';

const Chart = lazy(async () => ({ default: (await import('../../parts/chart.tsx')).Chart }));

/** Data age over the last 90 days against what was promised; the words say the worst of it. */
export function ExposureSection({ page: { exposure, tier, timeZone } }: { readonly page: GuestPage }) {
  if (exposure.length < 2) return null;
  const worst = exposure.reduce((most, each) => (each.seconds > most.seconds ? each : most));
  const rpo = tier?.rpoSeconds;
  const limit = rpo === undefined ? undefined : rpo + (tier?.graceSeconds ?? 0);
  const verdict =
    limit === undefined
      ? ''
      : worst.seconds > limit
        ? `, over the ${duration(limit)} that are allowed`
        : `, within the ${duration(limit)} that are allowed`;
  const text = `The oldest the data was: ${duration(worst.seconds)}${verdict}.`;
  return (
    <Section title="Data age, last 90 days" aside={`times in ${timeZone}`}>
      <div className={classes.box}>
        <p style={{ margin: '0 0 0.5rem' }}>{text}</p>
        <Suspense fallback={<Skeleton height={220} />}>
          <Chart
            height={220}
            label={`Data age over the last 90 days. ${text}`}
            zone={timeZone}
            unit="seconds"
            lines={[{ name: 'Data age', points: exposure.map(({ at, seconds }) => [at, seconds] as const) }]}
            limits={[
              ...(rpo === undefined ? [] : [{ name: `RPO ${duration(rpo)}`, value: rpo }]),
              ...(limit === undefined || limit === rpo ? [] : [{ name: `with grace ${duration(limit)}`, value: limit }]),
            ]}
          />
        </Suspense>
      </div>
    </Section>
  );
}

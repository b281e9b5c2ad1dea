import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { GuestRow, RecoveryPoint } from '#server/api/schema/guests.ts';
import { useGuest } from '../../api/use-guest.ts';
import { Evidence } from '../../parts/evidence.tsx';
import { FindingCard } from '../../parts/finding-card.tsx';
import { guestPath } from '../../parts/guest-link.tsx';
import { When } from '../../parts/when.tsx';
import { Loaded } from '../../states/loaded.tsx';
import classes from './guest-details.module.css';
import { sentence } from '../../parts/sentence.ts';

const SHOWN = 6;

/** The opened row: one plain sentence, then the evidence by source, then the points. */
export function GuestDetails({ guest }: { readonly guest: GuestRow }) {
  const { site, vmid } = guest;
  return (
    <>
      <p className={classes.sentence}>{sentence(guest.because)}</p>
      <Loaded query={useGuest(site, vmid)} what={`guest ${vmid}`}>
        {({ evidence, findings, points, timeZone }) => (
          <div className={classes.parts}>
            <div>
              <h3>Evidence</h3>
              <Evidence evidence={evidence} zone={timeZone} />
              {findings.slice(0, 3).map((finding) => (
                <div className={classes.finding} key={`${finding.code} ${finding.at}`}>
                  <FindingCard finding={finding} />
                </div>
              ))}
            </div>
            <div>
              <h3>Newest recovery points</h3>
              <ul className={classes.points}>
                {points.length === 0 ? <li>None has been seen.</li> : null}
                {points
                  .slice(-SHOWN)
                  .toReversed()
                  .map((point) => (
                    <li key={`${point.server} ${point.namespace} ${point.at}`}>
                      <When at={point.at} zone={timeZone} /> on {point.server}/{point.datastore}
                      {wordsOf(point)}
                    </li>
                  ))}
              </ul>
              <Anchor component={Link} href={guestPath(site, vmid)}>
                All about {vmid} ({guest.name})
              </Anchor>
            </div>
          </div>
        )}
      </Loaded>
    </>
  );
}

function wordsOf({ verified, counts, goneAt, sizeBytes }: RecoveryPoint): string {
  if (goneAt !== undefined) return ', gone';
  if (verified?.state === 'failed') return ', corrupt';
  if (sizeBytes === undefined) return ', not finished';
  if (counts?.usable === false) return `, does not count: ${counts.because ?? 'not usable'}`;
  return verified === undefined ? ', not verified' : ', verified';
}

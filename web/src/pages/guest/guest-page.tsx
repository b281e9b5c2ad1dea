import { Anchor } from '@mantine/core';
import { Link, useParams } from 'wouter';
import { useGuest } from '../../api/use-guest.ts';
import { Page } from '../../layout/page.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { FindingCard } from '../../parts/finding-card.tsx';
import { Section } from '../../parts/section.tsx';
import { Loaded } from '../../states/loaded.tsx';
import { Disks } from './disks.tsx';
import { ExposureSection } from './exposure-section.tsx';
import classes from './guest-page.module.css';
import { Happened } from './happened.tsx';
import { NextRuns } from './next-runs.tsx';
import { PointLine } from './point-line.tsx';
import { Points } from './points.tsx';
import { Promised } from './promised.tsx';
import { Verdict } from './verdict.tsx';

/** One guest: what holds and why, then the evidence, then everything that belongs to it. */
export function GuestPage() {
  const { site, vmid } = useParams<{ site: string; vmid: string }>();
  const query = useGuest(decodeURIComponent(site), Number(vmid));
  const name = query.data?.guest.name;
  return (
    <Page
      title={name === undefined ? `Guest ${vmid}` : `${name} (${vmid})`}
      acts={
        <Anchor component={Link} href="/guests">
          All guests
        </Anchor>
      }
    >
      <Loaded query={query} what={`guest ${vmid}`}>
        {(page) => (
          <>
            <Verdict page={page} />
            <div className={classes.columns}>
              <div>
                {page.findings.length === 0 ? null : (
                  <Section title="What is wrong" aside={String(page.findings.length)}>
                    <div className={classes.findings}>
                      {page.findings.map((finding) => (
                        <FindingCard key={finding.key ?? `${finding.code} ${finding.at}`} finding={finding} />
                      ))}
                    </div>
                  </Section>
                )}
                <ExposureSection page={page} />
                <Section title="Recovery points" aside={`${page.points.length}, times in ${page.timeZone}`}>
                  <PointLine points={page.points} zone={page.timeZone} />
                  <Points page={page} />
                </Section>
                <Section title="Evidence">
                  <div className={classes.box}>
                    <Evidence evidence={page.evidence} zone={page.timeZone} />
                  </div>
                </Section>
                <Happened page={page} />
              </div>
              <div>
                <Promised page={page} />
                <NextRuns page={page} />
                <Disks page={page} />
              </div>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

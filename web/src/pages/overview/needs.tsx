import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { Overview } from '#server/api/schema/overview.ts';
import { FindingCode } from '../../parts/finding-code.tsx';
import { Fix } from '../../parts/fix.tsx';
import { GuestLink } from '../../parts/guest-link.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { lookOfSeverity } from '../../theme/meaning.ts';
import classes from './needs.module.css';
import { sentence } from '../../parts/sentence.ts';

type Need = Overview['needs'][number];

/** What a person should do something about now, worst first; the first is open. */
export function Needs({ overview }: { readonly overview: Overview }) {
  const { needs, needsTotal, mood } = overview;
  const more = needsTotal - needs.length;
  return (
    <Section title="Needs a person now" aside={needs.length === 0 ? undefined : `${needsTotal}, worst first`}>
      {needs.length === 0 ? (
        <p className={classes.nothing}>
          {mood === 'good' ? <Icon name="check" /> : null}
          {mood === 'good' ? 'Nothing.' : 'Nothing that is known. What was not seen is not judged.'}
        </p>
      ) : (
        <ul className={classes.list}>
          {needs.map((need, index) => (
            <li key={need.key ?? `${need.finding.code} ${need.finding.at}`}>
              <NeedLine need={need} open={index === 0} />
            </li>
          ))}
        </ul>
      )}
      {more > 0 ? (
        <p>
          <Anchor component={Link} href="/alerts" inherit>{`and ${more} more`}</Anchor>
        </p>
      ) : null}
    </Section>
  );
}

function NeedLine({ need, open }: { readonly need: Need; readonly open: boolean }) {
  const { finding, guest, sinceAt, state } = need;
  const { meaning, icon, word } = lookOfSeverity(finding.severity);
  return (
    <details className={classes.need} open={open} data-meaning={meaning}>
      <summary>
        <span className={classes.sign}>
          <Icon name={icon} size={19} />
        </span>
        <span className={classes.problem}>{guest === undefined ? sentence(finding.problem) : `${guest.name}: ${finding.problem}`}</span>
        <span className={classes.turn}>
          <Icon name="chevron" size={16} />
        </span>
        <span className={classes.about}>
          {word}
          {finding.site === undefined ? null : `, ${finding.site}`}
          {sinceAt === undefined ? null : (
            <>
              , since <When at={sinceAt} quiet />
            </>
          )}
          {state === 'acknowledged' ? ', acknowledged' : null}
        </span>
      </summary>
      <div className={classes.body}>
        <p className={classes.why}>{sentence(finding.why)}</p>
        <Fix text={finding.fix} />
        <footer>
          {guest === undefined ? null : (
            <span>
              Guest <GuestLink {...guest} />
            </span>
          )}
          <FindingCode code={finding.code} />
        </footer>
      </div>
    </details>
  );
}

import { Anchor, Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { PolicyPage as Answer } from '#server/api/schema/policy.ts';
import { get } from '../../api/client.ts';
import { Page } from '../../layout/page.tsx';
import { FindingCard } from '../../parts/finding-card.tsx';
import { When } from '../../parts/when.tsx';
import { useMay } from '../../session/use-session.ts';
import { Loaded } from '../../states/loaded.tsx';
import { State } from '../../states/state.tsx';
import classes from './policy.module.css';
import { TierProofCard } from './tier-proof-card.tsx';

/** What was promised, and whether the calendar lets it hold. */
export function PolicyPage() {
  const query = useQuery({ queryKey: ['policy', 'now'], queryFn: ({ signal }) => get<Answer>('/policy', {}, signal) });
  const may = useMay('operator');
  return (
    <Page
      title="Policy"
      acts={
        <div className={classes.acts}>
          <Button variant="default" component={Link} href="/policy/versions">
            Versions
          </Button>
          {may && query.data?.editable ? (
            <Button component={Link} href="/policy/edit">
              Edit
            </Button>
          ) : null}
        </div>
      }
    >
      <Loaded query={query} what="the policy">
        {(policy) => <Shown policy={policy} may={may} />}
      </Loaded>
    </Page>
  );
}

function Shown({ policy, may }: { readonly policy: Answer; readonly may: boolean }) {
  const { files, readAt, editable, because, trouble, checked } = policy;
  return (
    <Stack>
      <p className={classes.quiet}>
        {`From ${files.map(({ path }) => path).join(', ')}, read `}
        <When at={readAt} />
        {may && !editable ? `. It cannot be edited here: ${because ?? 'the daemon may not write it'}.` : ''}
      </p>
      {trouble === undefined ? null : (
        <State meaning="broken" icon="cross-octagon" title="The daemon works by an older policy" text={trouble}>
          {may && editable ? (
            <Anchor component={Link} href="/policy/edit">
              Mend it
            </Anchor>
          ) : null}
        </State>
      )}
      {checked.findings.map((finding) => (
        <FindingCard finding={finding} key={`${finding.code} ${finding.at} ${finding.problem}`} />
      ))}
      {checked.tiers.map((tier) => (
        <TierProofCard tier={tier} key={tier.id} />
      ))}
    </Stack>
  );
}

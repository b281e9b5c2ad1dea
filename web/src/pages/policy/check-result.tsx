import { Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { CheckedChangeJson } from '#server/api/schema/policy.ts';
import { Badge } from '../../parts/badge.tsx';
import { duration } from '../../parts/duration.ts';
import { FindingCard } from '../../parts/finding-card.tsx';
import { Weakens } from '../../parts/weakens.tsx';
import { Failed } from '../../states/failed.tsx';
import classes from './policy.module.css';

type Props = { readonly check: UseQueryResult<CheckedChangeJson>; readonly checking: boolean; readonly changed: boolean };

/** What the proof says of the text as it stands in the editor. */
export function CheckResult({ check, checking, changed }: Props) {
  const { data, error } = check;
  if (error !== null && !checking) return <Failed error={error} again={() => void check.refetch()} />;
  if (!data) return <p role="status">Being proved …</p>;
  const proofs = data.tiers.flatMap((tier) => tier.proofs.map((proof) => ({ tier, proof })));
  const broken = proofs.filter(({ proof }) => !proof.holds);
  return (
    <Stack gap="sm" aria-busy={checking}>
      <div className={classes.verdict} role="status">
        {checking ? (
          <Badge meaning="exempt" icon="clock" word="being proved" />
        ) : (
          <Verdict data={data} broken={broken.length} all={proofs.length} />
        )}
        {changed ? null : <span className={classes.quiet}>Nothing is changed yet.</span>}
      </div>
      <Weakens lines={data.weakens} />
      {data.findings.map((finding) => (
        <FindingCard finding={finding} key={`${finding.code} ${finding.at} ${finding.problem}`} />
      ))}
      {data.tiers.map((tier) => (
        <p className={classes.quiet} key={tier.id}>
          {`Tier ${tier.id}: ${tier.proofs
            .filter(({ promise }) => promise === 'rpo')
            .map(({ worstSeconds, promisedSeconds, graceSeconds }) =>
              worstSeconds === undefined
                ? 'no worst exposure is known'
                : `worst exposure ${duration(worstSeconds)} of ${duration(promisedSeconds + (graceSeconds ?? 0))}`,
            )
            .join('')}`}
        </p>
      ))}
    </Stack>
  );
}

function Verdict({ data, broken, all }: { readonly data: CheckedChangeJson; readonly broken: number; readonly all: number }) {
  if (!data.understood) return <Badge meaning="broken" icon="cross-octagon" word="not understood" />;
  if (broken > 0) return <Badge meaning="broken" icon="cross-octagon" word={`${broken} of ${all} promises do not hold`} />;
  if (!data.good) return <Badge meaning="broken" icon="cross-octagon" word="has errors" />;
  return <Badge meaning="protected" icon="check" word={`all ${all} promises hold`} />;
}

import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { ChangePage, PlanPage as Answer } from '#server/api/schema/changes.ts';
import { get, send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Page } from '../../layout/page.tsx';
import { FindingCard } from '../../parts/finding-card.tsx';
import { Icon } from '../../parts/icon.tsx';
import { sentence } from '../../parts/sentence.ts';
import { When } from '../../parts/when.tsx';
import { useMay } from '../../session/use-session.ts';
import { Loaded } from '../../states/loaded.tsx';
import { State } from '../../states/state.tsx';
import { nothingToDo } from './nothing-to-do.ts';
import classes from './plan.module.css';
import { StepCards } from './step-cards.tsx';

/** What must change on the servers for the policy to hold. Looking takes seconds, so that it is done when asked for. */
export function PlanPage() {
  const query = useQuery({
    queryKey: ['plan'],
    queryFn: ({ signal }) => get<Answer>('/plan', {}, signal),
    staleTime: 30_000,
    refetchInterval: false,
  });
  return (
    <Page
      title="Plan"
      acts={
        <Button
          variant="default"
          leftSection={<Icon name="refresh" size={16} />}
          loading={query.isFetching}
          onClick={() => void query.refetch()}
        >
          Look again
        </Button>
      }
    >
      <Loaded query={query} what="the plan: every site is looked at">
        {(plan) => <Drawn plan={plan} key={plan.basedOn} />}
      </Loaded>
    </Page>
  );
}

function Drawn({ plan }: { readonly plan: Answer }) {
  const may = useMay('operator');
  const [allowed, setAllowed] = useState<ReadonlySet<string>>(new Set());
  const [, navigate] = useLocation();
  const propose = useAct({
    call: () =>
      send<ChangePage>('POST', '/changes', { kind: 'plan', basedOn: plan.basedOn, allow: [...allowed], summary: summaryOf(plan) }),
    changes: ['changes', 'audit'],
  });
  const weak = plan.steps.filter(({ weakening }) => weakening !== undefined);
  const left = plan.steps.length - weak.filter(({ weakening }) => !allowed.has(weakening!)).length;
  return (
    <Stack>
      <span className={classes.quiet}>
        Drawn from a look at every site, <When at={plan.madeAt} />
      </span>
      {plan.steps.length === 0 ? (
        <Nothing plan={plan} />
      ) : (
        <>
          <StepCards
            steps={plan.steps}
            {...(may && {
              allowed,
              allow: (name: string, on: boolean) =>
                setAllowed((before) => new Set(on ? [...before, name] : [...before].filter((one) => one !== name))),
            })}
          />
          {may ? (
            <div>
              <Button
                disabled={!plan.applicable || left === 0}
                loading={propose.isPending}
                onClick={() => propose.mutate(undefined, { onSuccess: ({ id }) => navigate(`/changes/${encodeURIComponent(id)}`) })}
              >
                {`Ask for ${left === 1 ? 'this step' : `these ${left} steps`} to be applied`}
              </Button>
              {plan.applicable || plan.because === undefined ? null : <p className={classes.quiet}>{sentence(plan.because)}.</p>}
              {plan.applicable && left < plan.steps.length ? (
                <p className={classes.quiet}>Steps that weaken are held back unless each is allowed by its name.</p>
              ) : null}
            </div>
          ) : null}
        </>
      )}
      {plan.findings.map((finding) => (
        <FindingCard finding={finding} key={`${finding.code} ${finding.at} ${finding.problem}`} />
      ))}
    </Stack>
  );
}

function Nothing({ plan }: { readonly plan: Answer }) {
  const { good, ...said } = nothingToDo(plan);
  return good ? <State meaning="protected" icon="check" {...said} /> : <State meaning="attention" icon="triangle" {...said} />;
}

function summaryOf({ steps }: Answer): string {
  const counts = new Map<string, number>();
  for (const { action } of steps) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, count]) => `${count} to ${action}`).join(', ');
}

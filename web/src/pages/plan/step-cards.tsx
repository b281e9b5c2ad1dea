import { Checkbox, Stack } from '@mantine/core';
import type { PlanStep } from '#server/api/schema/changes.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import classes from './plan.module.css';

type Props = {
  readonly steps: readonly PlanStep[];
  /** Where weakening steps may be allowed by name. */
  readonly allowed?: ReadonlySet<string>;
  readonly allow?: (name: string, on: boolean) => void;
};

const VERBS = { create: 'Create', change: 'Change', remove: 'Remove' } as const;

/** Steps of a plan, with why and what they mean to people; those that weaken stand apart, first. */
export function StepCards({ steps, allowed, allow }: Props) {
  const weak = steps.filter(({ weakening }) => weakening !== undefined);
  const rest = steps.filter(({ weakening }) => weakening === undefined);
  return (
    <Stack>
      {weak.length > 0 ? (
        <Card label="Steps that weaken">
          <h2 className={classes.title}>{weak.length === 1 ? 'One step weakens protection' : `${weak.length} steps weaken protection`}</h2>
          <ul className={classes.steps}>
            {weak.map((step) => (
              <li key={keyOf(step)}>
                <StepText step={step} />
                {allow && step.weakening !== undefined ? (
                  <Checkbox
                    label={`Allow ${step.weakening}`}
                    checked={allowed?.has(step.weakening) === true}
                    onChange={(event) => allow(step.weakening!, event.currentTarget.checked)}
                    mt="xs"
                  />
                ) : null}
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
      {rest.length > 0 ? (
        <Card label="Steps">
          <h2 className={classes.title}>{rest.length === 1 ? 'One step' : `${rest.length} steps`}</h2>
          <ul className={classes.steps}>
            {rest.map((step) => (
              <li key={keyOf(step)}>
                <StepText step={step} />
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
    </Stack>
  );
}

function keyOf({ site, server, kind, id, action }: PlanStep): string {
  return `${site} ${server} ${kind} ${id} ${action}`;
}

function StepText({ step: { action, kind, id, site, server, because, means, weakening } }: { readonly step: PlanStep }) {
  return (
    <div>
      <div className={classes.head}>
        {weakening === undefined ? null : <Badge meaning="at-risk" icon="triangle" word="weakens" />}
        <strong>{`${VERBS[action]} ${kind.replaceAll('-', ' ')} ${id}`}</strong>
        <span className={classes.quiet}>{`${site}, ${server}`}</span>
      </div>
      <div className={classes.quiet}>{because}</div>
      {means.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}

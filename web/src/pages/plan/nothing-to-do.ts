import type { PlanPage } from '#server/api/schema/changes.ts';

/** What a plan without steps says: good news only where no error stands in the way of more, or says that the policy itself cannot be kept. */
export function nothingToDo({ findings }: Pick<PlanPage, 'findings'>): {
  readonly good: boolean;
  readonly title: string;
  readonly text: string;
} {
  if (findings.some(({ severity }) => severity === 'error'))
    return {
      good: false,
      title: 'No step can be planned',
      text: 'The errors below stand in the way, or no job can mend what they say. Deal with them first, then look again.',
    };
  return { good: true, title: 'Nothing has to change', text: 'What was seen on the servers is as the policy wants it.' };
}

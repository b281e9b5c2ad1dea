import { Button } from '@mantine/core';
import type { AlertsPage } from '#server/api/schema/watch.ts';
import { Empty } from '../../states/empty.tsx';
import { State } from '../../states/state.tsx';

type Props = { readonly sources: AlertsPage['sources']; readonly filtered: boolean; readonly clear: () => void };

/** An empty list is good news only where every site was seen whole. */
export function NoAlerts({ sources, filtered, clear }: Props) {
  if (filtered)
    return (
      <Empty title="Nothing fits" text="No finding is as asked for.">
        <Button variant="default" onClick={clear}>
          Show all
        </Button>
      </Empty>
    );
  const unseen = sources.filter(({ whole }) => !whole).map(({ site }) => site);
  if (sources.length === 0 || unseen.length > 0)
    return (
      <State
        meaning="unknown"
        icon="question"
        title="Nothing was found, and not everything was seen"
        text={`That no finding stands here says little: ${unseen.join(', ') || 'no site'} was not seen whole, or not lately.`}
      />
    );
  return (
    <State
      meaning="protected"
      icon="check"
      title="Nothing is open"
      text="Every site was seen whole at its last look, and nothing is wrong that a look can show."
    />
  );
}

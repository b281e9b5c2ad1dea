import { Button } from '@mantine/core';
import { send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Icon } from '../../parts/icon.tsx';

/** Asks every server of the site for its version, clock and zone, and what each login may. Changes nothing. */
export function Examine({ site }: { readonly site: string }) {
  const act = useAct({
    call: () => send<unknown>('POST', `/sites/${encodeURIComponent(site)}/examine`),
    changes: ['sites'],
    told: () => `The logins of ${site} were examined.`,
  });
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon name="refresh" size={15} />}
      loading={act.isPending}
      onClick={() => act.mutate(undefined)}
      aria-label={`Examine logins now: ${site}`}
    >
      Examine logins now
    </Button>
  );
}

import { Button, Stack } from '@mantine/core';
import { asRefused } from '../api/problem.ts';
import { FindingCard } from '../parts/finding-card.tsx';
import { Fix } from '../parts/fix.tsx';
import { Icon } from '../parts/icon.tsx';
import { State } from './state.tsx';

/** What was asked for did not come: in the daemon's own words, with its fix. Each refusal has a face of its own. */
export function Failed({ error, again }: { readonly error: unknown; readonly again: () => void }) {
  const refused = asRefused(error);
  const { status, title, message, fix, findings } = refused;
  const text = message === title ? 'Nothing is shown, because nothing could be read: an empty page would look like good news.' : message;
  const [meaning, icon] =
    status === 403
      ? (['attention', 'lock'] as const)
      : status === 404
        ? (['exempt', 'search'] as const)
        : (['broken', 'cross-octagon'] as const);
  return (
    <div role="alert">
      <State meaning={meaning} icon={icon} title={title} text={text}>
        <Stack gap="md" align="flex-start">
          {fix === undefined ? null : <Fix text={fix} />}
          {findings.map((finding) => (
            <FindingCard key={`${finding.code} ${finding.at}`} finding={finding} />
          ))}
          {status === 403 || status === 404 ? null : (
            <Button variant="default" leftSection={<Icon name="refresh" size={16} />} onClick={again}>
              Try again
            </Button>
          )}
        </Stack>
      </State>
    </div>
  );
}

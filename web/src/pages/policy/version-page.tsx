import { Anchor, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'wouter';
import type { PolicyFileJson, PolicyVersionPage } from '#server/api/schema/policy.ts';
import { get } from '../../api/client.ts';
import { Page } from '../../layout/page.tsx';
import { Diff } from '../../parts/diff.tsx';
import { When } from '../../parts/when.tsx';
import { Loaded } from '../../states/loaded.tsx';
import classes from './policy.module.css';

/** One version, as what it changed of the one before. */
export function VersionPage() {
  const { number } = useParams<{ number: string }>();
  const query = useQuery({
    queryKey: ['policy', 'version', number],
    queryFn: ({ signal }) => get<PolicyVersionPage>(`/policy/versions/${encodeURIComponent(number)}`, {}, signal),
  });
  return (
    <Page
      title={`Version ${number} of the policy`}
      acts={
        <Anchor component={Link} href="/policy/versions">
          All versions
        </Anchor>
      }
    >
      <Loaded query={query} what="the version">
        {({ by, at, summary, files, before }) => (
          <Stack>
            <p className={classes.quiet}>
              {`${summary}. ${by === 'outside' ? 'Written outside Holdfast' : `By ${by}`}, `}
              <When at={at} />
              {before === undefined ? '. The version before it is not remembered: all of it is shown.' : ''}
            </p>
            {[...files, ...removed(files, before)].map(({ path, text }) => (
              <Diff key={path} path={path} before={before?.find((file) => file.path === path)?.text ?? ''} after={text} />
            ))}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

/** Files that the version before had and this one has not, as what is left of them: a rule that went with its file is a change too. */
function removed(files: readonly PolicyFileJson[], before: readonly PolicyFileJson[] = []): readonly PolicyFileJson[] {
  return before.filter(({ path }) => !files.some((file) => file.path === path)).map(({ path }) => ({ path, text: '' }));
}

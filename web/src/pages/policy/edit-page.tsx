import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { ChangePage } from '#server/api/schema/changes.ts';
import type { CheckedChangeJson, PolicyFileJson, PolicyPage } from '#server/api/schema/policy.ts';
import { get, send } from '../../api/client.ts';
import { asRefused } from '../../api/problem.ts';
import { useAct } from '../../api/use-act.ts';
import { Page } from '../../layout/page.tsx';
import { Loaded } from '../../states/loaded.tsx';
import { Loading } from '../../states/loading.tsx';
import { CheckResult } from './check-result.tsx';
import classes from './policy.module.css';

const Editor = lazy(async () => ({ default: (await import('./editor.tsx')).Editor }));

const SHORTEST_SUMMARY = 3;
/** Half a minute: longer than the daemon gives a proof. */
const MOST_TRIES = 60;

/** The policy's files, checked while one types. Nothing is written here: the result is a change that is asked for. */
export function EditPage() {
  // What is being edited must not change under the hands of who edits: it is read once, and `basedOn` tells when it was overtaken.
  const query = useQuery({
    queryKey: ['policy-edit'],
    queryFn: ({ signal }) => get<PolicyPage>('/policy', {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    gcTime: 0,
  });
  return (
    <Page title="Edit the policy">
      <Loaded query={query} what="the policy">
        {(policy) => <Desk policy={policy} />}
      </Loaded>
    </Page>
  );
}

function Desk({ policy }: { readonly policy: PolicyPage }) {
  const [files, setFiles] = useState<readonly PolicyFileJson[]>(policy.files);
  const [path, setPath] = useState(policy.files[0]!.path);
  const [summary, setSummary] = useState('');
  const [, navigate] = useLocation();
  const changed = useMemo(
    () => files.filter(({ path: one, text }) => policy.files.find((before) => before.path === one)?.text !== text),
    [files, policy.files],
  );
  const [settled] = useDebouncedValue(changed, 400);
  const check = useQuery({
    queryKey: ['policy-check', settled],
    queryFn: ({ signal }) => tryFiles(settled.length > 0 ? settled : policy.files, signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    gcTime: 10_000,
    placeholderData: (before) => before,
    // The daemon checks one text of a person at a time: while that of a moment ago is checked, this one waits for its turn.
    retry: (count, error) => asRefused(error).status === 429 && count < MOST_TRIES,
    retryDelay: 500,
  });
  const schema = useQuery({
    queryKey: ['policy-schema'],
    queryFn: ({ signal }) => get<object>('/policy/schema', {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  });
  const propose = useAct({
    call: () => send<ChangePage>('POST', '/changes', { kind: 'policy', basedOn: policy.version, files: changed, summary: summary.trim() }),
    changes: ['changes', 'audit'],
  });
  const current = files.find((file) => file.path === path)!;
  const checking = check.isFetching || settled !== changed;
  const ready = changed.length > 0 && !checking && check.data?.good === true && summary.trim().length >= SHORTEST_SUMMARY;
  return (
    <div className={classes.edit}>
      <Stack gap="sm">
        {files.length > 1 ? (
          <Select
            label="File"
            data={files.map((file) => file.path)}
            value={path}
            onChange={(value) => setPath(value ?? path)}
            allowDeselect={false}
          />
        ) : null}
        <div className={classes.editor}>
          <Suspense fallback={<Loading what="the editor" />}>
            <Editor
              key={path}
              label={`Text of ${path}`}
              text={current.text}
              schema={schema.data}
              findings={(check.data?.findings ?? []).filter(({ place }) => place !== undefined && isFile(place.file, path))}
              change={(text) => setFiles((before) => before.map((file) => (file.path === path ? { path, text } : file)))}
            />
          </Suspense>
        </div>
      </Stack>
      <Stack gap="sm">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) propose.mutate(undefined, { onSuccess: ({ id }) => navigate(`/changes/${encodeURIComponent(id)}`) });
          }}
        >
          <TextInput
            label="What is changed, and why"
            value={summary}
            onChange={(event) => setSummary(event.currentTarget.value)}
            maxLength={500}
            description="Stands in the history of the policy and in the audit log."
          />
          <Group mt="sm">
            <Button type="submit" disabled={!ready} loading={propose.isPending}>
              Ask for this change
            </Button>
            <Button variant="default" onClick={() => navigate('/policy')}>
              Cancel
            </Button>
          </Group>
        </form>
        <CheckResult check={check} checking={checking} changed={changed.length > 0} />
      </Stack>
    </div>
  );
}

function tryFiles(files: readonly PolicyFileJson[], signal: AbortSignal): Promise<CheckedChangeJson> {
  signal.throwIfAborted();
  return send<CheckedChangeJson>('POST', '/policy/check', { files });
}

/** A finding may name its file by more or less of its path. */
function isFile(one: string, other: string): boolean {
  return one === other || one.endsWith(`/${other}`) || other.endsWith(`/${one}`);
}

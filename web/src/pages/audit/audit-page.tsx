import { Code, Table, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { AuditEntryJson, AuditPage as Answer } from '#server/api/schema/watch.ts';
import { usePages } from '../../api/use-pages.ts';
import { Page } from '../../layout/page.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { HERE, minute } from '../../parts/exact.ts';
import { More } from '../../parts/more.tsx';
import { useFilters, type Filters } from '../../parts/use-filters.ts';
import { When } from '../../parts/when.tsx';
import { Empty } from '../../states/empty.tsx';
import { Loaded } from '../../states/loaded.tsx';
import classes from './audit.module.css';

const FILTERS = ['q', 'by', 'act'] as const;
/** The document never holds more rows than this: what is older is reached by asking for it. */
const MOST_PAGES = 4;

/** Who did what, newest first. */
export function AuditPage() {
  const filters = useFilters(FILTERS);
  const query = usePages<Answer>(['audit', filters.values], '/audit', filters.values, { maxPages: MOST_PAGES });
  return (
    <Page title="Audit log">
      <search className={classes.filters}>
        <Filter label="Search" name="q" filters={filters} hint="words or a guest" />
        <Filter label="Who" name="by" filters={filters} hint="holdfast, or a person" />
        <Filter label="What" name="act" filters={filters} hint="protect, apply, …" />
      </search>
      <Loaded query={query} what="the audit log">
        {({ items, head }) => (
          <>
            {items.length === 0 ? (
              <Empty
                title="No entry"
                text={filters.any ? 'No entry is as asked for.' : 'Nobody did anything yet, and neither did Holdfast.'}
              />
            ) : (
              <Entries entries={items} />
            )}
            <More query={query} label="Older entries" />
            {head === undefined ? null : <Head hash={head} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Head({ hash }: { readonly hash: string }) {
  return (
    <p className={classes.head}>
      Head of the chain: <Code className={classes.hash}>{hash}</Code> <CopyButton text={hash} />
      <br />
      Each entry carries the hash of the one before it. Written down elsewhere, the head proves later that nothing was changed or taken
      away: holdfast db verify prints it too.
    </p>
  );
}

type FilterProps = {
  readonly label: string;
  readonly hint: string;
  readonly name: (typeof FILTERS)[number];
  readonly filters: Filters<(typeof FILTERS)[number]>;
};

function Filter({ label, hint, name, filters }: FilterProps) {
  const ask = useDebouncedCallback((text: string) => filters.set(name, text), 250);
  return (
    <TextInput
      label={label}
      placeholder={hint}
      defaultValue={filters.values[name] ?? ''}
      onChange={(event) => ask(event.currentTarget.value)}
      {...(name === 'q' ? { 'data-search': true } : {})}
    />
  );
}

function Entries({ entries }: { readonly entries: readonly AuditEntryJson[] }) {
  return (
    <Table className={classes.table} verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            When <small>{HERE}</small>
          </Table.Th>
          <Table.Th>Who</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th>Details</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map(({ at, by, act, on, detail, hash }) => (
          <Table.Tr key={hash}>
            <Table.Td data-label="When">
              {minute(at)}
              <small>
                <When at={at} quiet />
              </small>
            </Table.Td>
            <Table.Td data-label="Who">{by}</Table.Td>
            <Table.Td data-label="What">
              <strong>{act.replaceAll('-', ' ')}</strong> {on}
            </Table.Td>
            <Table.Td data-label="Details">{detail}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

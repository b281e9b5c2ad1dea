import { Button, Kbd, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useHistoryState } from 'wouter/use-browser-location';
import type { Overview } from '#server/api/schema/overview.ts';
import { SEARCH } from '../../layout/shortcuts.tsx';
import { Icon } from '../../parts/icon.tsx';
import { POSTURES } from '../../theme/meaning.ts';
import { isFiltered, type Filter } from './filter.ts';
import classes from './filter-bar.module.css';

const SORTS = [
  { value: '', label: 'Worst first' },
  { value: 'exposure', label: 'Oldest data first' },
  { value: 'name', label: 'Name' },
  { value: 'vmid', label: 'Number' },
  { value: 'tier', label: 'Tier' },
];

type Props = { readonly filter: Filter; readonly change: (part: Filter) => void; readonly overview: Overview | undefined };

export function FilterBar({ filter, change, overview }: Props) {
  const [typed, setTyped] = useState(filter.q ?? '');
  const search = useDebouncedCallback((q: string) => change({ q }), 250);
  const cameToSearch = useHistoryState() === SEARCH;
  // What the address says wins when it changes by another way than typing: the way back, a link.
  useEffect(() => setTyped(filter.q ?? ''), [filter.q]);
  const choice = (label: string, name: 'site' | 'tier' | 'posture', all: string, options: readonly { value: string; label: string }[]) => (
    <NativeSelect
      label={label}
      value={filter[name] ?? ''}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
      data={[{ value: '', label: all }, ...options]}
    />
  );
  return (
    <form className={classes.bar} role="search" aria-label="Guests" onSubmit={(event) => event.preventDefault()}>
      <TextInput
        className={classes.search}
        data-search
        label="Search"
        type="search"
        placeholder="Name or number"
        autoFocus={cameToSearch}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
        leftSection={<Icon name="search" size={16} />}
        rightSection={typed === '' ? <Kbd aria-hidden="true">/</Kbd> : null}
      />
      {choice(
        'Posture',
        'posture',
        'All postures',
        POSTURES.map((posture) => ({ value: posture, label: posture })),
      )}
      {choice('Tier', 'tier', 'All tiers', [
        ...(overview?.tiers ?? []).map(({ id, name }) => ({ value: String(id), label: `${id} · ${name}` })),
        { value: 'none', label: 'Without a tier' },
      ])}
      {(overview?.sites.length ?? 0) > 1
        ? choice(
            'Site',
            'site',
            'All sites',
            (overview?.sites ?? []).map(({ site }) => ({ value: site, label: site })),
          )
        : null}
      <NativeSelect
        label="Order"
        value={filter.sort ?? ''}
        onChange={(event) => change({ sort: event.currentTarget.value })}
        data={SORTS}
      />
      {isFiltered(filter) ? (
        <Button variant="default" onClick={() => change({ q: '', site: '', tier: '', posture: '' })}>
          Show all
        </Button>
      ) : null}
    </form>
  );
}

import { Button, Kbd, NativeSelect, TextInput } from '@mantine/core';
import { useHistoryState } from 'wouter/use-browser-location';
import type { Overview } from '#server/api/schema/overview.ts';
import { SEARCH } from '../../layout/shortcuts.tsx';
import { Icon } from '../../parts/icon.tsx';
import type { Filters } from '../../parts/use-filters.ts';
import { useTyped } from '../../parts/use-typed.ts';
import { POSTURES } from '../../theme/meaning.ts';
import classes from './filter-bar.module.css';

const SORTS = [
  { value: '', label: 'Worst first' },
  { value: 'exposure', label: 'Oldest data first' },
  { value: 'name', label: 'Name' },
  { value: 'vmid', label: 'Number' },
  { value: 'tier', label: 'Tier' },
];

/** The names are the API's. */
export const FILTERS = ['q', 'site', 'tier', 'posture'] as const;
export const ORDER = ['sort'] as const;

type Props = {
  readonly filters: Filters<(typeof FILTERS)[number]>;
  readonly order: Filters<(typeof ORDER)[number]>;
  readonly overview: Overview | undefined;
};

export function FilterBar({ filters: { values, set, any, clear }, order, overview }: Props) {
  const [typed, type] = useTyped(values.q, (q) => set('q', q));
  const cameToSearch = useHistoryState() === SEARCH;
  const choice = (label: string, name: 'site' | 'tier' | 'posture', all: string, options: readonly { value: string; label: string }[]) => (
    <NativeSelect
      label={label}
      value={values[name] ?? ''}
      onChange={(event) => set(name, event.currentTarget.value)}
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
        onChange={(event) => type(event.currentTarget.value)}
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
        value={order.values.sort ?? ''}
        onChange={(event) => order.set('sort', event.currentTarget.value)}
        data={SORTS}
      />
      {any ? (
        <Button variant="default" onClick={clear}>
          Show all
        </Button>
      ) : null}
    </form>
  );
}

import { Button, Select, TextInput } from '@mantine/core';
import type { Filters } from '../../parts/use-filters.ts';
import { useTyped } from '../../parts/use-typed.ts';
import classes from './alerts.module.css';

export const FILTERS = ['state', 'severity', 'site', 'q'] as const;

const STATES = [
  { value: '', label: 'not over' },
  { value: 'open', label: 'open' },
  { value: 'acknowledged', label: 'acknowledged' },
  { value: 'suppressed', label: 'suppressed' },
  { value: 'seen', label: 'seen once' },
  { value: 'resolved', label: 'over' },
];
const SEVERITIES = [
  { value: '', label: 'any' },
  { value: 'error', label: 'error' },
  { value: 'warning', label: 'warning' },
  { value: 'info', label: 'info' },
];

/** What of the findings is shown. */
export function AlertFilters({ filters }: { readonly filters: Filters<(typeof FILTERS)[number]> }) {
  const { values, set, any, clear } = filters;
  const [typed, type] = useTyped(values.q, (text) => set('q', text));
  return (
    <search className={classes.filters}>
      <TextInput
        label="Search"
        placeholder="guest, code or words"
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        data-search
      />
      <Select label="State" data={STATES} value={values.state ?? ''} onChange={(state) => set('state', state)} allowDeselect={false} />
      <Select
        label="Severity"
        data={SEVERITIES}
        value={values.severity ?? ''}
        onChange={(severity) => set('severity', severity)}
        allowDeselect={false}
      />
      {any ? (
        <Button variant="subtle" onClick={clear} style={{ flex: '0 0 auto' }}>
          Show all
        </Button>
      ) : null}
    </search>
  );
}

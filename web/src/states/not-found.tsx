import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { State } from './state.tsx';
import { Page } from '../layout/page.tsx';

export function NotFound() {
  return (
    <Page title="No such page">
      <State meaning="exempt" icon="search" title="There is no page at this address" text="It may have moved, or the link was cut short.">
        <Anchor component={Link} href="/">
          Go to the overview
        </Anchor>
      </State>
    </Page>
  );
}

import { ActionIcon, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense, useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useLive } from '../api/live.ts';
import { Icon } from '../parts/icon.tsx';
import { Crash } from '../states/crash.tsx';
import { Loading } from '../states/loading.tsx';
import { Brand } from './brand.tsx';
import { LiveSign } from './live-sign.tsx';
import { Nav } from './nav.tsx';
import classes from './shell.module.css';
import { Shortcuts } from './shortcuts.tsx';
import { UserMenu } from './user-menu.tsx';

/** Around every page of somebody who is logged in. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const live = useLive();
  const [opened, { open, close }] = useDisclosure(false);
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  // A new page begins where a reader begins: without it the keyboard stays on the link that was followed.
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
    window.scrollTo(0, 0);
  }, [location]);
  return (
    <>
      <a className={classes.skip} href="#main">
        Skip to content
      </a>
      <header className={classes.top}>
        <Brand />
        <ActionIcon variant="subtle" size="lg" aria-label="Menu" aria-expanded={opened} onClick={open}>
          <Icon name="menu" size={22} />
        </ActionIcon>
      </header>
      <Drawer opened={opened} onClose={close} title="Holdfast" size="17rem" closeButtonProps={{ 'aria-label': 'Close the menu' }}>
        <Nav chosen={close} />
        <div style={{ marginTop: '1.5rem' }}>
          <LiveSign live={live} />
          <UserMenu />
        </div>
      </Drawer>
      <div className={classes.shell}>
        <aside className={classes.side} aria-label="Holdfast">
          <Brand />
          <Nav />
          <div className={classes.foot}>
            <LiveSign live={live} />
            <UserMenu />
          </div>
        </aside>
        <main className={classes.main} id="main" ref={main} tabIndex={-1} style={{ outline: 'none' }}>
          <div>
            <Crash key={location}>
              <Suspense fallback={<Loading what="the page" />}>{children}</Suspense>
            </Crash>
          </div>
        </main>
      </div>
      <Shortcuts />
    </>
  );
}

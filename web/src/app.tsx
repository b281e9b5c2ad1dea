import { Route, Switch } from 'wouter';
import { Shell } from './layout/shell.tsx';
import { PAGES } from './pages.tsx';
import { Login } from './session/login.tsx';
import { Setup } from './session/setup.tsx';
import { useSession } from './session/use-session.ts';
import { Failed } from './states/failed.tsx';
import { NotFound } from './states/not-found.tsx';

/** Who is there decides what is drawn: first set-up, login, or the pages. */
export function App() {
  const session = useSession();
  if (session.data === undefined) {
    return session.error === null ? null : (
      <main>
        <Failed error={session.error} again={() => void session.refetch()} />
      </main>
    );
  }
  if (session.data.user === undefined) return session.data.setupNeeded ? <Setup /> : <Login session={session.data} />;
  return (
    <Shell>
      <Switch>
        {PAGES.map(({ path, component }) => (
          <Route key={path} path={path} component={component} />
        ))}
        <Route component={NotFound} />
      </Switch>
    </Shell>
  );
}

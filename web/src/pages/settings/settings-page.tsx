import { Page } from '../../layout/page.tsx';
import { useSession } from '../../session/use-session.ts';
import { Accounts } from './accounts.tsx';
import { Daemon } from './daemon.tsx';
import { OwnAccount } from './own-account.tsx';
import classes from './settings.module.css';
import { Tokens } from './tokens.tsx';

/** What is one's own, who else may come in, and how this daemon runs. */
export function SettingsPage() {
  const session = useSession().data;
  if (session?.user === undefined) return null;
  return (
    <Page title="Settings">
      <div className={classes.columns}>
        <div>
          <OwnAccount user={session.user} expiresAt={session.expiresAt} />
          <Tokens own={session.user} />
          {session.user.role === 'admin' ? <Accounts own={session.user.name} /> : null}
        </div>
        <div>
          <Daemon />
        </div>
      </div>
    </Page>
  );
}

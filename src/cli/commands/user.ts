import type { AccessPorts } from '#app/access.ts';
import { addUser, changeUser, type UserOutcome } from '#app/access-users.ts';
import { ACCOUNT_NAME } from '#core/access/account.ts';
import { isRole, ROLES, type Role } from '#core/access/role.ts';
import { closest } from '#core/closest.ts';
import { text, type Command, type Context, type Flags } from '../command.ts';
import { usersText } from '../views/user.ts';

const ACTIONS = ['list', 'add', 'reset-password', 'role', 'disable', 'enable'];

export const user: Command = {
  name: 'user',
  summary: 'Who may log in to the dashboard and the API. It works on the database itself, so it also lets somebody in again.',
  args: [
    { name: '[ACTION]', help: 'list (default), add, reset-password, role, disable or enable' },
    { name: '[NAME]', help: 'the account' },
  ],
  options: [
    { flags: '--role ROLE', help: 'add, role: what the account may do', choices: ROLES },
    { flags: '--password-stdin', help: 'read the password from standard input, its first line, and make none up' },
  ],
  examples: [
    { run: 'holdfast user', does: 'every account, what it may do, and when it last logged in' },
    { run: 'holdfast user add anna --role operator', does: 'a new account; its password is made up and shown once' },
    { run: 'pass show holdfast | holdfast user add anna --role admin --password-stdin', does: 'the same with a password of your own' },
    { run: 'holdfast user reset-password anna', does: 'a new password; everywhere else she is logged out' },
    { run: 'holdfast user disable anna', does: 'her sessions end, and her tokens open nothing' },
  ],
  exits: { 0: 'done', 1: 'not done', 2: 'the command is not complete' },

  async run(context, [action = 'list', name], flags) {
    const { ports, out } = context;
    const { accounts, credentials, clock } = ports;
    if (!accounts || !credentials) throw new Error('no accounts are wired');
    const access: AccessPorts = { accounts, credentials, clock };
    if (action === 'list') {
      out.result(await accounts.list(), usersText(clock.now()));
      return 0;
    }
    if (!ACTIONS.includes(action)) {
      const near = closest(action, ACTIONS);
      return usage(context, `unknown action "${action}"${near ? ` (did you mean ${near}?)` : ''}`);
    }
    if (name === undefined) return usage(context, `${action} which account? Give its NAME`);
    const role = text(flags, 'role');
    if ((action === 'add' || action === 'role') && (role === undefined || !isRole(role)))
      return usage(context, `what may ${name} do? --role ${ROLES.join(', ')}`);
    if (action === 'add' && !ACCOUNT_NAME.test(name))
      return usage(context, `"${name}" is no name of an account: letters and digits first, then also . _ @ - and spaces, 100 at most`);
    return change(context, access, action, { name, role: role as Role | undefined, flags });
  },
};

type Asked = { readonly name: string; readonly role: Role | undefined; readonly flags: Flags };

async function change(context: Context, access: AccessPorts, action: string, { name, role, flags }: Asked): Promise<number> {
  const { env, out } = context;
  const by = `${env['SUDO_USER'] || env['USER'] || 'somebody'} on the machine itself`;
  const needsPassword = action === 'add' || action === 'reset-password';
  const given = needsPassword && flags['passwordStdin'] === true ? await firstLine(context) : undefined;
  const password = needsPassword ? (given ?? access.credentials.make().slice(0, 20)) : undefined;
  const done = await act();
  if (done.outcome !== 'done') return refused(context, name, done);
  const { account } = (await access.accounts.find(name))!;
  const made = given === undefined && password !== undefined ? { password } : {};
  out.result({ ...account, ...made }, () => told());
  return 0;

  function act(): Promise<UserOutcome> {
    if (action === 'add') return addUser(access, by, { name, role: role!, password: password! });
    if (action === 'reset-password') return changeUser(access, by, name, { password });
    if (action === 'role') return changeUser(access, by, name, { role });
    return changeUser(access, by, name, { disabled: action === 'disable' });
  }

  function told(): string {
    const password = 'password' in made ? `\n  password: ${made.password}\nIt is shown this once.` : '';
    if (action === 'add') return `${account.name} is ${account.role} and may log in.${password}`;
    if (action === 'reset-password') return `${account.name} has a new password, and is logged out everywhere.${password}`;
    if (action === 'role') return `${account.name} is ${account.role} now.`;
    return action === 'disable' ? `${account.name} is disabled and logged out everywhere.` : `${account.name} may log in again.`;
  }
}

function refused({ out }: Context, name: string, done: UserOutcome): number {
  const said: Readonly<Record<Exclude<UserOutcome['outcome'], 'done'>, readonly [problem: string, fix: string]>> = {
    unknown: [`No account is called "${name}"`, 'see which there are:\n    holdfast user list'],
    taken: [
      `An account is called "${name}" already`,
      'choose another name, or give that one a new password:\n    holdfast user reset-password NAME',
    ],
    outside: [`"${name}" is vouched for elsewhere: password and groups are there`, 'change them there; here it can be disabled'],
    'last-admin': [`"${name}" is the last admin`, 'make another one first:\n    holdfast user add NAME --role admin'],
    'own-account': [`"${name}" is the one who asks`, 'ask somebody else'],
    weak: [
      `The password would be guessed: ${'because' in done ? done.because : ''}`,
      'take four words that have nothing to do with each other, or let one be made up',
    ],
  };
  if (done.outcome === 'done') return 0;
  const [problem, fix] = said[done.outcome];
  out.error(`error: ${problem}\nFix: ${fix}`);
  return 1;
}

async function firstLine({ lines }: Context): Promise<string> {
  for await (const line of lines()) return line;
  return '';
}

function usage({ out }: Context, problem: string): number {
  out.error(`error: ${problem}`);
  out.error('(holdfast user --help shows all actions)');
  return 2;
}

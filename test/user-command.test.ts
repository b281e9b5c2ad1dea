import { beforeEach, expect, test } from 'vitest';
import type { Accounts } from '#app/ports.ts';
import { volatileAccounts } from '#store/volatile-accounts.ts';
import { makeCredentials } from '../src/credentials.ts';
import { runHere, type Ran } from './cli.ts';
import { NOW } from './make.ts';

const credentials = makeCredentials({ memory: 8, passes: 1, parallelism: 1 });
let accounts: Accounts;
let audit: string[];
beforeEach(() => {
  audit = [];
  accounts = volatileAccounts(({ by, act, on, detail }) => void audit.push(`${by}: ${act} ${on}, ${detail}`));
});
const user = (argv: readonly string[], lines?: readonly string[]): Promise<Ran> =>
  runHere(['user', ...argv], { nowAt: NOW, ports: { accounts, credentials }, ...(lines ? { lines } : {}) });
const mayLogIn = async (name: string, password: string) => credentials.isPassword(password, (await accounts.find(name))?.passwordHash);

test('an account is made with a password that is shown once, and one that was given is not shown', async () => {
  const { code, out } = await user(['add', 'anna', '--role', 'admin']);
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/^anna is admin and may log in\.\n {2}password: [\w-]{20}\nIt is shown this once\.\n$/),
  ]);
  expect(await mayLogIn('anna', /password: (\S+)/.exec(out)![1]!)).toBe(true);
  const given = await user(['add', 'ben', '--role', 'viewer', '--password-stdin', '--json'], ['correct horse battery']);
  expect(JSON.parse(given.out)).toEqual({ name: 'ben', role: 'viewer', kind: 'local', createdAt: NOW, disabled: false });
  expect(await mayLogIn('ben', 'correct horse battery')).toBe(true);
  expect(audit).toEqual([
    'somebody on the machine itself: add account anna, admin',
    'somebody on the machine itself: add account ben, viewer',
  ]);
});

test('the list says who may what, and that nobody may yet', async () => {
  expect((await user([])).out).toMatch('Nobody can log in yet.');
  await user(['add', 'anna', '--role', 'admin']);
  await user(['add', 'ben', '--role', 'viewer']);
  await user(['disable', 'ben']);
  const session = { account: 'anna', via: 'password', createdAt: NOW - 7200, seenAt: NOW } as const;
  await accounts.beginSession('h', session, 0, { at: NOW, by: 'x', act: 'x', on: 'x', detail: 'x' });
  expect((await user(['list'])).out).toMatchInlineSnapshot(`
    "name  role    by
    anna  admin   password  logged in 2h ago
    ben   viewer  password  disabled
    "
  `);
});

test('a new password, another role, and being let in again', async () => {
  await user(['add', 'anna', '--role', 'admin']);
  await user(['add', 'ben', '--role', 'viewer']);
  expect((await user(['reset-password', 'ANNA', '--password-stdin'], ['another horse battery'])).out).toBe(
    'anna has a new password, and is logged out everywhere.\n',
  );
  expect(await mayLogIn('anna', 'another horse battery')).toBe(true);
  expect((await user(['role', 'ben', '--role', 'admin'])).out).toBe('ben is admin now.\n');
  expect((await user(['disable', 'anna'])).out).toBe('anna is disabled and logged out everywhere.\n');
  expect((await user(['enable', 'anna'])).out).toBe('anna may log in again.\n');
});

const REFUSED = [
  { name: 'the last admin', argv: ['disable', 'anna'], code: 1, err: '"anna" is the last admin' },
  { name: 'nobody of that name', argv: ['reset-password', 'eve'], code: 1, err: 'No account is called "eve"' },
  { name: 'a name that is taken', argv: ['add', 'Anna', '--role', 'viewer'], code: 1, err: 'already' },
  { name: 'a password that would be guessed', argv: ['add', 'ben', '--role', 'viewer', '--password-stdin'], code: 1, err: 'at least 10' },
  { name: 'no role', argv: ['add', 'ben'], code: 2, err: '--role viewer, operator, approver, admin' },
  { name: 'no such role', argv: ['add', 'ben', '--role', 'root'], code: 2, err: 'Allowed choices are viewer' },
  { name: 'no name', argv: ['disable'], code: 2, err: 'disable which account?' },
  { name: 'no name of an account', argv: ['add', '../x', '--role', 'viewer'], code: 2, err: 'is no name of an account' },
  { name: 'a misspelt action', argv: ['lst'], code: 2, err: 'did you mean list?' },
] as const;
for (const { name, argv, code, err } of REFUSED) {
  test(`refused: ${name}`, async () => {
    await user(['add', 'anna', '--role', 'admin']);
    const ran = await user(argv, ['short']);
    expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(err)]);
    expect((await accounts.list()).length).toBe(1);
  });
}

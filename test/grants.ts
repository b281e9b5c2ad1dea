import type { Access } from '#lab/auth.ts';
import type { Lab } from '#lab/lab.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import { grantCommands } from '#core/rights/grants.ts';
import { rightsScope } from '#core/rights/scope.ts';

/**
 * Does to a lab what `pveum` and `proxmox-backup-manager` make of the commands in a text, one a line, and gives the token that was made
 * as its command prints it; empty where none was. A command it does not know fails the test.
 */
export function grantWith(access: Access, product: 'pve' | 'pbs', text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const made: string[] = [];
  for (const run of lines.filter((line) => /^(?:pveum|proxmox-backup-manager) /.test(line))) {
    const words = run.replaceAll("'", '').split(' ');
    const verb = words.slice(0, words[1] === 'user' && words[2] === 'token' ? 4 : 3).join(' ');
    const known = VERBS[verb];
    if (!known) throw new Error(`the test knows no command "${verb}"`);
    made.push(...known(access, words));
  }
  const [token = ''] = made;
  if (token === '') return '';
  const [user = '', name = ''] = token.split('!');
  const secret = '00000000-0000-4000-8000-000000000999';
  access.users[user]!.tokens[name] = { secret, separate: true };
  return `${token}${product === 'pve' ? '=' : ':'}${secret}`;
}

/** The token of a purpose that only PVE has, as `holdfast grants --for PURPOSE` makes it on the lab's PVE. */
export function grantedOnPve({ world }: Pick<Lab, 'world'>, purpose: 'retry' | 'pressure', policy: Policy, site: Site): string {
  const commands = grantCommands(purpose, rightsScope(policy, site)).flatMap((one) => one.commands.map(({ run }) => run));
  return grantWith(world.pve['pve']!.access, 'pve', commands.join('\n'));
}

type Verb = (access: Access, words: readonly string[]) => readonly string[];

const option = (words: readonly string[], name: string): string | undefined =>
  words.includes(name) ? words[words.indexOf(name) + 1] : undefined;

const VERBS: Readonly<Record<string, Verb>> = {
  'pveum user add': ({ users }, words) => addUser(users, words[3]!),
  'pveum role add': (access, words) => {
    access.roles = { ...access.roles, [words[3]!]: option(words, '--privs')!.split(',') };
    return [];
  },
  'pveum acl modify': ({ acl }, words) => {
    const authId = option(words, words.includes('--tokens') ? '--tokens' : '--users')!;
    acl.push({ path: words[3]!, authId, role: option(words, '--roles')!, propagate: option(words, '--propagate') !== '0' });
    return [];
  },
  'pveum user token add': (_, words) => [`${words[4]}!${words[5]}`],
  'proxmox-backup-manager user create': ({ users }, words) => addUser(users, words[3]!),
  'proxmox-backup-manager user generate-token': (_, words) => [`${words[3]}!${words[4]}`],
  'proxmox-backup-manager acl update': ({ acl }, words) => {
    acl.push({
      path: words[3]!,
      authId: option(words, '--auth-id')!,
      role: words[4]!,
      propagate: option(words, '--propagate') !== 'false',
    });
    return [];
  },
};

function addUser(users: Access['users'], name: string): readonly string[] {
  users[name] ??= { enabled: true, tokens: {} };
  return [];
}

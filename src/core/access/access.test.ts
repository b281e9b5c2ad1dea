import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT_NAME, nameKey } from './account.ts';
import { mayApprove } from './approve.ts';
import { mappedRole } from './mapped-role.ts';
import { weakness } from './password.ts';
import { covers, lesserRole, ROLES, roleOfScope, scopeOfRole, SCOPES } from './role.ts';
import { IDLE_SECONDS, isSessionOver, sessionEndsAt } from './session-life.ts';
import { blockedUntil, withFailure, type Failures } from './throttle.ts';

const NOW = 1_795_608_000;

test('each role may do what those before it may, and each scope is what one role may', () => {
  for (const [i, role] of ROLES.entries())
    for (const [j, needed] of ROLES.entries()) {
      assert.equal(covers(role, needed), i >= j, `${role} covers ${needed}`);
      assert.equal(lesserRole(role, needed), ROLES[Math.min(i, j)]);
    }
  assert.deepEqual(SCOPES.map(roleOfScope), ROLES);
  assert.deepEqual(ROLES.map(scopeOfRole), SCOPES);
});

const person = (name: string, role: (typeof ROLES)[number], disabled = false) => ({ name, role, disabled });
const alone = [person('anna', 'admin'), person('ben', 'operator')];
const withCleo = [...alone, person('cleo', 'approver')];
const cleoDisabled = [...alone, person('cleo', 'admin', true)];
const APPROVALS = [
  { name: 'another approver', who: person('cleo', 'approver'), accounts: withCleo, after: 0, is: 'another-person' },
  { name: 'an operator never', who: person('ben', 'operator'), accounts: alone, after: 99_999, is: 'role' },
  { name: 'the actor, with another who could', who: person('anna', 'admin'), accounts: withCleo, after: 99_999, is: 'own-act' },
  { name: 'the actor in another spelling', who: person('ANNA', 'admin'), accounts: withCleo, after: 0, is: 'own-act' },
  { name: 'the only one, at once', who: person('anna', 'admin'), accounts: alone, after: 0, is: 'waiting' },
  { name: 'the only one, a second early', who: person('anna', 'admin'), accounts: alone, after: 1799, is: 'waiting' },
  { name: 'the only one, after the wait', who: person('anna', 'admin'), accounts: alone, after: 1800, is: 'waited' },
  { name: 'another who is disabled does not count', who: person('anna', 'admin'), accounts: cleoDisabled, after: 1800, is: 'waited' },
] as const;
for (const { name, who, accounts, after, is } of APPROVALS) {
  test(`mayApprove: ${name}`, () => {
    const approval = mayApprove(who, { by: 'anna', at: NOW }, accounts, NOW + after);
    assert.equal(approval.because, is);
    assert.equal(approval.may, is === 'another-person' || is === 'waited');
    if (is === 'waiting') assert.deepEqual(approval, { may: false, because: 'waiting', fromAt: NOW + 1800 });
  });
}

test('mappedRole: the highest that one of the groups has; no group, no role', () => {
  const roles = { viewer: ['staff'], admin: ['ops', 'root'] };
  assert.equal(mappedRole(['staff'], roles), 'viewer');
  assert.equal(mappedRole(['staff', 'root'], roles), 'admin');
  for (const groups of [[], ['Staff'], ['staff '], ['']]) assert.equal(mappedRole(groups, roles), undefined);
  assert.equal(mappedRole(['admin'], {}), undefined);
});

test('nameKey: what people take for one name is one', () => {
  assert.equal(nameKey('ANNA'), nameKey('anna'));
  assert.equal(nameKey('A\u0308nne'), nameKey('\u00e4nne'));
  assert.notEqual(nameKey('anna'), nameKey('anne'));
});

test('ACCOUNT_NAME: names of people and of directories, and nothing that misleads', () => {
  for (const name of ['anna', 'Änne Öz', 'anna@example.org', '李', 'svc_backup-1', '7']) assert.match(name, ACCOUNT_NAME);
  for (const name of ['', ' anna', '-rf', 'a\nb', 'a/b', 'a:b', '<b>', 'a'.repeat(101), 'a\u202eb'])
    assert.doesNotMatch(name, ACCOUNT_NAME);
});

test('weakness: length counts, not kinds of characters', () => {
  for (const password of ['correct horse battery', 'tr0ub4dor&3', 'пароль из слов']) assert.equal(weakness(password, 'anna'), undefined);
  assert.match(weakness('123456789', 'anna')!, /9 characters; at least 10/);
  assert.match(weakness('aaaaaaaaaaaaaaab', 'anna')!, /over and over/);
  assert.match(weakness('benjamin-benjamin1', 'Benjamin')!, /name of the account/);
});

test('a session ends idle, at last, and where its time makes no sense', () => {
  const session = { createdAt: NOW, seenAt: NOW };
  assert.equal(sessionEndsAt(session), NOW + IDLE_SECONDS);
  assert.equal(isSessionOver(session, NOW + 8 * 3600 - 1), false);
  assert.equal(isSessionOver(session, NOW + 8 * 3600), true);
  const used = { createdAt: NOW, seenAt: NOW + 7 * 86_400 - 10 };
  assert.equal(sessionEndsAt(used), NOW + 7 * 86_400);
  assert.equal(isSessionOver(used, NOW + 7 * 86_400 - 1), false);
  assert.equal(isSessionOver(used, NOW + 7 * 86_400), true);
  assert.equal(isSessionOver({ createdAt: NOW + 3600, seenAt: NOW + 3600 }, NOW), true);
});

test('a guess costs more each time, up to a bound, and an hour of quiet forgives', () => {
  const waits: number[] = [];
  let failures: Failures | undefined;
  for (let n = 1; n <= 16; n++) {
    failures = withFailure(failures, NOW);
    waits.push(Math.max(0, blockedUntil('account', failures) - NOW));
  }
  assert.deepEqual(waits, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  assert.equal(blockedUntil('address', { count: 19, lastAt: NOW }), 0);
  assert.equal(blockedUntil('address', { count: 20, lastAt: NOW }), NOW + 2);
  assert.equal(blockedUntil('account', undefined), 0);
  assert.deepEqual(withFailure(failures, NOW + 3600), { count: 1, lastAt: NOW + 3600 });
  assert.deepEqual(withFailure(failures, NOW + 3599), { count: 17, lastAt: NOW + 3599 });
});

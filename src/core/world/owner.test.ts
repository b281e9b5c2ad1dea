import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayWrite } from './owner.ts';

const cases = [
  { owner: 'pve@pbs', login: 'pve@pbs', may: true },
  { owner: 'pve@pbs!home', login: 'pve@pbs!home', may: true },
  { owner: 'pve@pbs!home', login: 'pve@pbs', may: true },
  { owner: 'pve@pbs', login: 'pve@pbs!home', may: false },
  { owner: 'pve@pbs!office', login: 'pve@pbs!home', may: false },
  { owner: 'root@pam', login: 'pve@pbs!home', may: false },
  { owner: 'root@pam', login: 'pve@pbs', may: false },
  { owner: 'pve2@pbs!home', login: 'pve@pbs', may: false },
];

for (const { owner, login, may } of cases) {
  test(`mayWrite: ${login} ${may ? 'may add to' : 'is refused by'} a group of ${owner}`, () => assert.equal(mayWrite(owner, login), may));
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Assessment } from '../assess/assessment.ts';
import type { Finding } from '../finding.ts';
import type { FindingLife } from '../memory/record.ts';
import { isOutage, withSilence, type Silent } from './outage.ts';

const NOW = 1_795_608_000;
const DAY = 86_400;

const UNSEEN: Finding = {
  severity: 'error',
  code: 'HF-UNSEEN',
  at: 'home: PBS pbs',
  site: 'home',
  problem: 'It would not say: datastores',
  why: 'what is not seen counts as unknown, never as well',
  fix: 'see what stands in the way:\n    holdfast doctor',
};

function unseen(kind: string): Assessment['unseen'] {
  return [{ what: 'groups of main:home', kind, because: 'so it is', server: 'PBS pbs' }];
}

function makeLife(life: Partial<FindingLife>): FindingLife {
  return { key: 'k', site: 'home', finding: UNSEEN, state: 'open', firstSeenAt: NOW - 2 * DAY, lastSeenAt: NOW, ...life };
}

const CASES = [
  { name: 'nobody answered', kind: 'unreachable', known: [], outage: true },
  { name: 'nobody has answered for days', kind: 'unreachable', known: [makeLife({})], outage: true },
  { name: 'the token was revoked', kind: 'refused', known: [], outage: true },
  { name: 'a part is down', kind: 'down', known: [], outage: true },
  { name: 'a part has been down for days, as a datastore that is put away', kind: 'down', known: [makeLife({})], outage: false },
  { name: 'a part was down days ago, and again', kind: 'down', known: [makeLife({ state: 'resolved' })], outage: true },
  {
    name: 'a part of another server has been down for days',
    kind: 'down',
    known: [makeLife({ finding: { ...UNSEEN, at: 'home: PVE' } })],
    outage: true,
  },
  { name: 'a right is missing', kind: 'forbidden', known: [], outage: false },
  { name: 'a list is empty for want of a right', kind: 'empty', known: [], outage: false },
] as const;

for (const { name, kind, known, outage } of CASES) {
  test(`isOutage: ${name}`, () => assert.equal(isOutage({ unseen: unseen(kind) }, { site: 'home', known, now: NOW }), outage));
}

test('isOutage: guests that could not be listed may be anywhere', () => {
  assert.equal(isOutage({ unseen: [], guestsUnseen: true }, { site: 'home', known: [], now: NOW }), true);
});

const SILENT: Silent = {
  server: 'pbs',
  kind: 'unreachable',
  because: 'nothing listens there',
  fix: 'do this',
  login: 'holdfast@pbs!audit',
};
const KINDS = [
  ['unreachable', 'HF-UNREACHABLE', 'The server does not answer: nothing listens there'],
  ['down', 'HF-UNREACHABLE', 'The server does not answer: nothing listens there'],
  ['untrusted', 'HF-CERTIFICATE', 'The certificate of the server is not to be trusted: nothing listens there'],
  ['refused', 'HF-LOGIN', 'The login holdfast@pbs!audit is refused: nothing listens there'],
  ['garbled', 'HF-NO-PROXMOX', 'The answer is not that of a Proxmox: nothing listens there'],
] as const;

for (const [kind, code, problem] of KINDS) {
  test(`withSilence: a server that is ${kind} to both witnesses is told as ${code}`, () => {
    const [told] = withSilence([UNSEEN], { site: 'home', silent: [{ ...SILENT, kind }] });
    assert.deepEqual([told?.code, told?.problem, told?.at], [code, problem, 'home: PBS pbs']);
  });
}

test('withSilence: one witness alone changes nothing, and neither does one of another server', () => {
  assert.deepEqual(withSilence([UNSEEN], { site: 'home', silent: [] }), [UNSEEN]);
  assert.deepEqual(withSilence([UNSEEN], { site: 'home', silent: [{ ...SILENT, server: 'pve' }] }), [UNSEEN]);
  assert.deepEqual(withSilence([], { site: 'home', silent: [SILENT] }), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRemovals } from './removals.ts';

const at = '2026-11-23T13:06:06+01:00: ';
const cases = [
  {
    name: 'a prune job',
    line: 'removing backup snapshot "/mnt/main/ns/home/ns/tier-1/ct/101/2026-10-20T01:00:00Z"',
    removed: ['home/tier-1 ct/101/2026-10-20T01:00:00Z'],
  },
  {
    name: 'in the root namespace',
    line: 'removing backup snapshot "/mnt/main/vm/101/2026-10-20T01:00:00Z"',
    removed: [' vm/101/2026-10-20T01:00:00Z'],
  },
  {
    name: 'a datastore in a folder called ns',
    line: 'removing backup snapshot "/srv/ns-old/main/host/web/2026-10-20T01:00:00Z"',
    removed: [' host/web/2026-10-20T01:00:00Z'],
  },
  { name: 'what a dry run would do', line: 'would remove ct/101/2026-10-20T01:00:00Z', removed: [] },
  { name: 'the mark alone', line: 'remove ct/101/2026-10-20T01:00:00Z', removed: [] },
  { name: 'a broken line', line: 'removing backup snapshot "/mnt/main/ns/home', removed: [] },
];

for (const { name, line, removed } of cases) {
  test(`parseRemovals: ${name}`, () => assert.deepEqual([...parseRemovals(`${at}x\n${at}${line}\n${at}TASK OK`)], removed));
}

test('parseRemovals: a hostile log takes no more time than its length', () => {
  const log = `removing backup snapshot "${'/ns/a'.repeat(50_000)}`.repeat(3);
  assert.equal(parseRemovals(log).size, 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { draws } from '#test/draws.ts';
import { parseUpid } from './upid.ts';

test('parseUpid: a task of PVE', () => {
  assert.deepEqual(parseUpid('UPID:pve1:000063F1:0003616F:6B042EF7:vzdump:201:root@pam!hf:'), {
    text: 'UPID:pve1:000063F1:0003616F:6B042EF7:vzdump:201:root@pam!hf:',
    product: 'pve',
    node: 'pve1',
    pid: 25_585,
    pstart: 221_551,
    startedAt: 1_795_436_279,
    type: 'vzdump',
    id: '201',
    user: 'root@pam!hf',
  });
});

test('parseUpid: a task of PBS has one field more, and its id is unescaped', () => {
  const upid = parseUpid('UPID:pve1:00000BE1:0001E8B1:00000043:6B042C2D:prune:main\\x3ahome-tier\\x2d1\\x3act-101:root@pam!hf:');
  assert.deepEqual([upid?.product, upid?.startedAt, upid?.id], ['pbs', 1_795_435_565, 'main:home/tier-1:ct/101']);
});

const refused = [
  ['an escape that ends early', 'UPID:pbs:00000BE1:0001E8B1:00000043:6B042C2D:prune:main\\x3:root@pam:'],
  ['an escape that is none', 'UPID:pbs:00000BE1:0001E8B1:00000043:6B042C2D:prune:main\\n:root@pam:'],
  ['bytes that are no UTF-8', 'UPID:pbs:00000BE1:0001E8B1:00000043:6B042C2D:prune:main\\xff:root@pam:'],
  ['a line feed at the end', 'UPID:pve1:000063F1:0003616F:6B042EF7:vzdump:201:root@pam:\n'],
  ['a slash, which PVE never writes', 'UPID:node1:00001234:00005678:12345678:wipedisk:/dev/sda:root@pam:'],
  ['a node that ends in a dash', 'UPID:pve-:000063F1:0003616F:6B042EF7:vzdump:201:root@pam:'],
] as const;

for (const [name, text] of refused) test(`parseUpid refuses ${name}`, () => assert.equal(parseUpid(text), undefined));

test('parseUpid: what PBS writes for an id is read back', () => {
  const id = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '_', '.', '-', '/', ':', ' ', '%', 'ö', '\\', '😀'), minLength: 1 });
  fc.assert(
    fc.property(id, (id) =>
      assert.equal(parseUpid(`UPID:pbs:00000BE1:0001E8B1:00000043:6B042C2D:prune:${escapeUnit(id)}:root@pam:`)?.id, id),
    ),
    draws(100),
  );
});

/** systemd's escaping, as PBS does it. */
function escapeUnit(id: string): string {
  const bytes = encodeURIComponent(id).replaceAll(/%(..)|([^%])/g, (all, hex: string | undefined) =>
    hex ? `\\x${hex.toLowerCase()}` : all,
  );
  return bytes.replaceAll('-', '\\x2d').replaceAll('\\x2f', '-');
}

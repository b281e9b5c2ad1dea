import assert from 'node:assert/strict';
import { test } from 'node:test';
import { can, firstWith, type Ability } from './abilities.ts';
import type { ServerVersion } from './actual.ts';

const ABILITIES: readonly Ability[] = ['push-sync', 'group-move', 'agent-rights'];

/** Each supported line of both products, at its edges. */
const TABLE: readonly (readonly [version: string, ...can: readonly Ability[]])[] = [
  ['PVE 8.4.0'],
  ['PVE 8.4.14'],
  ['PVE 9.0.3', 'agent-rights'],
  ['PVE 9.1.1', 'agent-rights'],
  ['PVE 9.2.11', 'agent-rights'],
  ['PBS 3.2.0'],
  ['PBS 3.2.10'],
  ['PBS 3.2.11', 'push-sync'],
  ['PBS 3.3.0', 'push-sync'],
  ['PBS 3.4.8', 'push-sync'],
  ['PBS 4.0.20', 'push-sync'],
  ['PBS 4.1.8', 'push-sync'],
  ['PBS 4.1.9', 'push-sync', 'group-move'],
  ['PBS 4.2.3', 'push-sync', 'group-move'],
  ['PBS 5.0.0', 'push-sync', 'group-move'],
];

for (const [version, ...expected] of TABLE) {
  test(`can: ${version}: ${expected.join(', ') || 'nothing that came later'}`, () => {
    assert.deepEqual(
      ABILITIES.filter((ability) => can(versionOf(version), ability)),
      expected,
    );
  });
}

test('can: a version that is not known can nothing that came later', () => assert.equal(can(undefined, 'push-sync'), false));
test('firstWith: as people read it', () => assert.deepEqual(ABILITIES.map(firstWith), ['PBS 3.2.11', 'PBS 4.1.9', 'PVE 9.0']));

function versionOf(text: string): ServerVersion {
  const [product = '', numbers = ''] = text.split(' ');
  return { product: product.toLowerCase() as 'pve' | 'pbs', text: numbers, numbers: numbers.split('.').map(Number) };
}

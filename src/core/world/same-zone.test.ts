import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameZone } from './same-zone.ts';

test('sameZone: the names of UTC are one, and no other zone is it', () => {
  assert.deepEqual(
    [
      sameZone('UTC', 'Etc/UTC'),
      sameZone('Europe/Vienna', 'Europe/Vienna'),
      sameZone('Europe/London', 'UTC'),
      sameZone('Europe/Vienna', 'Europe/Berlin'),
    ],
    [true, true, false, false],
  );
});

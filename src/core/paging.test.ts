import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageAfter } from './paging.ts';

const key = ({ name, id }: { readonly name: string; readonly id: number }): readonly (string | number)[] => [name, id];
const LIST = [3, 1, 2, 5, 4].map((id) => ({ name: id % 2 === 0 ? 'even' : 'odd', id }));

test('pages go on after a key, and the last one says that it is', () => {
  const first = pageAfter(LIST, key, { limit: 2 });
  assert.deepEqual(first, { items: [LIST[2], LIST[4]], total: 5, next: ['even', 4] });
  const second = pageAfter(LIST, key, { limit: 2, after: first.next });
  assert.deepEqual(second.items, [LIST[1], LIST[0]]);
  const third = pageAfter(LIST, key, { limit: 2, after: second.next! });
  assert.deepEqual(third, { items: [LIST[3]], total: 5 });
});

test('what comes and goes between two pages doubles nothing and hides nothing', () => {
  const first = pageAfter(LIST, key, { limit: 2 });
  const changed = [...LIST.filter(({ id }) => id !== 4), { name: 'even', id: 0 }, { name: 'odd', id: 2 }];
  const second = pageAfter(changed, key, { limit: 9, after: first.next! });
  assert.deepEqual(
    second.items.map(({ id }) => id),
    [1, 2, 3, 5],
  );
});

test('numbers come before texts, so that any key has its place', () => {
  const items = ['b', 2, 'a', 10];
  assert.deepEqual(pageAfter(items, (item) => [item], { limit: 9 }).items, [2, 10, 'a', 'b']);
});

import { expect, test } from 'vitest';
import { columns } from './columns.ts';

test('the last column goes on in itself where it would pass the width', () => {
  const rows = [
    ['04:00', 'backup', 'failed: the login is not the owner of the group'],
    ['05:00', 'found', 'late'],
  ];
  expect(columns(rows, { indent: 2, width: 40 })).toBe(
    [
      '  04:00  backup  failed: the login is',
      '                 not the owner of the',
      '                 group',
      '  05:00  found   late',
    ].join('\n'),
  );
});

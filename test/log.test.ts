import { expect, test } from 'vitest';
import { makeLog } from '../src/log.ts';

function rig(forPeople: boolean, secrets: readonly string[] = []): { readonly log: ReturnType<typeof makeLog>; readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, log: makeLog({ write: (text) => lines.push(text), forPeople, color: false, secrets: () => secrets }) };
}

test('for machines: one JSON object a line', () => {
  const { log, lines } = rig(false);
  log.warn('looked', { site: 'home', outcome: 'partial' });
  expect(JSON.parse(lines.join(''))).toEqual({
    level: 'warn',
    time: expect.any(String),
    site: 'home',
    outcome: 'partial',
    message: 'looked',
  });
});

test('for people: the time, the site, the sentence, and what belongs to it', () => {
  const { log, lines } = rig(true);
  log.info('looked', { site: 'home', outcome: 'complete', servers: ['a', 'b'] });
  expect(lines.join('')).toMatch(/^\d\d:\d\d:\d\d home: looked \(outcome complete, servers a · b\)\n$/);
});

for (const forPeople of [false, true]) {
  test(`no secret in a line, by its field or by itself: ${forPeople ? 'for people' : 'for machines'}`, () => {
    const { log, lines } = rig(forPeople, ['11111111-2222']);
    log.warn('the server said 11111111-2222', {
      because: 'it said 11111111-2222 too',
      token: 'abcd',
      deep: { password: 'efgh', headers: { authorization: 'ijkl' } },
    });
    for (const secret of ['11111111', 'abcd', 'efgh', 'ijkl']) expect(lines.join('')).not.toContain(secret);
  });
}

import { expect, test } from 'vitest';
import { startApi } from './rig.ts';

const { time, ask, news, closed, post, live } = await startApi('healthy-30');
await time.pass(30);

async function listen() {
  const response = await ask('/events');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  return { response, next: async () => (await reader.read()).value, leave: () => reader.cancel() };
}

test('events: what changed is told as it changes, many at once as one', async () => {
  const { response, next, leave } = await listen();
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(await next()).toBe(': listening\n\n');
  news.announce(['overview', 'guests']);
  news.announce(['guests', 'audit']);
  expect(await next()).toBe('event: changed\ndata: {"topics":["overview","guests","audit"]}\n\n');
  await leave();
});

test('events: a look and an answer are told', async () => {
  const { next, leave } = await listen();
  await next();
  const told = next();
  await time.pass(700);
  expect(await told).toContain('"overview"');
  await leave();
  expect((await post('/alerts/answer', { act: 'reopen', key: 'x' })).status).toBe(404);
  expect(live.watching().sites[0]!.looks.complete).toBeGreaterThan(1);
});

test('events: nobody listens who is not known, and not too many do', async () => {
  expect((await ask('/events', { as: '' })).status).toBe(401);
  const all = await Promise.all(Array.from({ length: 200 }, listen));
  expect((await ask('/events')).status).toBe(429);
  await all[0]!.leave();
  await new Promise((done) => void setImmediate(done));
  const again = await listen();
  expect(again.response.status).toBe(200);
  await Promise.all([...all.slice(1), again].map(({ leave }) => leave()));
});

test('events: a daemon that ends waits for no listener', async () => {
  const { next } = await listen();
  await next();
  closed.abort();
  expect(await next()).toBe(undefined);
});

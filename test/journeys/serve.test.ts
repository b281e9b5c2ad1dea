import { expect, test } from 'vitest';
import { SECRET_NAMES, secretsOf } from '#lab/scenarios/policy.ts';
import { prepareServing } from './serving.ts';

const { lab, messages, receiverPort, serve, nextMessage } = prepareServing({ answers: false });

const KILLS = { timeout: 180_000 };

test('kill -9 while a message is under way: it comes again as the same, and what happened meanwhile is told once', KILLS, async () => {
  const pbs = { server: 'pbs', call: '.', times: 1e9, kind: 'refused' } as const;
  lab().world.faults.push(pbs);
  const first = serve();
  const outage = await nextMessage(first);
  expect(outage.message).toMatchObject({ severity: 'error', subject: expect.stringContaining('The server does not answer') });
  first.child.kill('SIGKILL');
  await first.ended;

  const second = serve();
  const again = await nextMessage(second);
  expect(again.message.id).toBe(outage.message.id);
  again.answer();
  await second.says('messages sent');
  second.child.kill('SIGKILL');
  await second.ended;

  lab().world.faults.length = 0;
  const third = serve();
  const over = await nextMessage(third);
  expect(over.message).toMatchObject({ severity: 'over', subject: expect.stringContaining('The server does not answer') });
  over.answer();
  await third.says('messages sent');
  third.child.kill('SIGTERM');
  expect(await third.ended).toEqual([0, null]);
  expect(messages.map(({ message }) => message.subject)).toEqual([]);
  const said = [first, second, third].map(({ log }) => log()).join('');
  for (const token of Object.values(secretsOf(lab()))) expect(said).not.toContain(token.split(/[=:]/).at(-1));
});

test('a token that could delete is refused by name, and may be allowed by name', KILLS, async () => {
  const secrets = { [SECRET_NAMES.pbs]: secretsOf(lab())[SECRET_NAMES.pbsApply]! };
  const refused = serve([], secrets);
  expect(await refused.ended).toEqual([5, null]);
  expect(refused.log()).toContain('holdfast@pbs!apply has Datastore.Modify on /datastore, Datastore.Prune on /datastore');
  expect(refused.log()).toContain("holdfast serve --allow-powerful-token 'holdfast@pbs!apply'");
  const allowed = serve(['--allow-powerful-token', 'holdfast@pbs!apply'], secrets);
  await allowed.says('"looked"');
  expect(allowed.log()).toContain('a login that can delete recovery points is allowed');
  allowed.child.kill('SIGINT');
  expect(await allowed.ended).toEqual([130, null]);
});

const USAGE = [
  { name: 'an address without a port', args: ['--listen', 'localhost'], says: 'is no address' },
  { name: 'a token that is written out', args: ['--hook-token', 'abcdefghabcdefgh'], says: '--hook-token takes env:NAME' },
];
for (const { name, args, says } of USAGE) {
  test(`serve refuses ${name}`, async () => {
    const serving = serve(args);
    expect(await serving.ended).toEqual([2, null]);
    expect(serving.log()).toContain(says);
  });
}

test('serve says why it cannot start: the port is taken, the webhook token is short', KILLS, async () => {
  const taken = serve(['--listen', `127.0.0.1:${receiverPort()}`]);
  expect(await taken.ended).toEqual([1, null]);
  expect(taken.log()).toContain('Something listens on 127.0.0.1:');
  const short = serve(['--hook-token', 'env:SHORT'], { SHORT: 'abc' });
  expect(await short.ended).toEqual([1, null]);
  expect(short.log()).toContain('The webhook token has 3 characters');
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeNews } from '#app/news.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { accessRig, type AccessRig, type Sent } from '../../auth/testing/rig.ts';
import { eventsRoutes } from './events.ts';

const HEARTBEAT_MS = 20_000;
const DAY = 86_400;
const news = makeNews();
let rig: AccessRig;
let [admin, ben]: Sent[] = [];
let told: () => void;

beforeEach(async () => {
  told = () => {};
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  rig = accessRig({ area: eventsRoutes(news, new AbortController().signal), onAct: () => told() });
  await rig.add('admin', 'anna');
  await rig.add('operator', 'ben');
  [admin, ben] = [await rig.logIn('anna'), await rig.logIn('ben')];
});
afterEach(() => void vi.useRealTimers());

async function listen(sent: Sent) {
  const response = await rig.ask('GET', '/api/v1/events', sent);
  expect(response.status).toBe(200);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => (await reader.read()).value;
  expect(await next()).toBe(': listening\n\n');
  return { next, leave: () => reader.cancel() };
}

async function token(): Promise<{ readonly id: string; readonly sent: Sent }> {
  const made = await rig.ask('POST', '/api/v1/tokens', { ...ben, body: { label: 'script', scope: 'read', days: 1 } });
  const { id, secret } = (await made.json()) as { readonly id: string; readonly secret: string };
  return { id, sent: { headers: { authorization: `Bearer ${secret}` } } };
}
const byAdmin = (body: object) => rig.ask('PATCH', '/api/v1/users/ben', { ...admin, body });

const OVER = [
  { name: 'who listens logged out elsewhere', inAudit: true, over: async () => rig.ask('DELETE', '/api/v1/session', ben) },
  { name: 'the account was disabled', inAudit: true, over: async () => byAdmin({ disabled: true }) },
  { name: 'the account got another password', inAudit: true, over: async () => byAdmin({ password: 'another horse battery' }) },
  { name: 'the session is over by the clock', over: async () => void (rig.clock.at += 8 * 3600) },
  {
    name: 'nobody can say, for the memory does not answer',
    over: async () => {
      vi.spyOn(rig.ports.accounts, 'session').mockRejectedValue(new StoreError('unreachable', 'postgres://db', 'refused'));
    },
  },
  {
    name: 'the token was revoked',
    inAudit: true,
    byToken: true,
    over: async (id: string) => rig.ask('DELETE', `/api/v1/tokens/${id}`, ben),
  },
  { name: 'the token is over', byToken: true, over: async () => void (rig.clock.at += DAY) },
  { name: 'the owner of the token was disabled', inAudit: true, byToken: true, over: async () => byAdmin({ disabled: true }) },
];
for (const { name, byToken, over } of OVER) {
  for (const when of ['with the next heartbeat', 'before the next news is told']) {
    test(`events: ${name}: the stream ends ${when}`, async () => {
      const { id, sent } = byToken ? await token() : { id: '', sent: { ...ben, jar: new Map(ben!.jar) } };
      const { next } = await listen(sent);
      await over(id);
      if (when === 'with the next heartbeat') await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
      else {
        news.announce(['overview']);
        await vi.advanceTimersByTimeAsync(100);
      }
      expect(await next()).toBe(undefined);
    });
  }
}

for (const { name, byToken, over } of OVER.filter(({ inAudit }) => inAudit)) {
  test(`events: ${name}: where it is done here, the stream ends at once`, async () => {
    const { id, sent } = byToken ? await token() : { id: '', sent: { ...ben, jar: new Map(ben!.jar) } };
    const { next } = await listen(sent);
    told = () => news.announce(['audit']);
    await over(id);
    await vi.advanceTimersByTimeAsync(100);
    expect(await next()).toBe(undefined);
  });
}

test('events: who may still listen does, for as long as they like', async () => {
  const { next, leave } = await listen(ben!);
  await byAdmin({ role: 'viewer' });
  for (let seconds = 0; seconds < 3600; seconds += 20) {
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
    expect(await next()).toBe(': still here\n\n');
  }
  await leave();
});

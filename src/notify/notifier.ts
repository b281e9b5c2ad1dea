import type { Notifier } from '#app/ports.ts';
import type { Channel, ChannelKind } from '#core/policy/alerts.ts';
import type { SecretRef } from '#core/policy/policy.ts';
import { alertmanager } from './alertmanager.ts';
import { apprise } from './apprise.ts';
import { email } from './email.ts';
import { gotify } from './gotify.ts';
import { ntfy } from './ntfy.ts';
import { request } from './request.ts';
import { webhook } from './webhook.ts';
import type { Receiver, Tools } from './receiver.ts';

export type NotifierOptions = {
  /** Reads a secret anew, or throws an Error that says why it cannot, without it. */
  readonly readSecret: (ref: SecretRef) => Promise<string>;
  /** Unix seconds. */
  readonly now: () => number;
};

const RECEIVERS: Readonly<{ [K in ChannelKind]: Receiver<Extract<Channel, { kind: K }>> }> = {
  email,
  webhook,
  ntfy,
  gotify,
  apprise,
  alertmanager,
};

/** Sends over the channels of a policy. Secrets are read for each message and kept nowhere. */
export function makeNotifier({ readSecret, now }: NotifierOptions): Notifier {
  const tools: Tools = {
    now,
    secret: (ref) => (ref === undefined ? Promise.resolve(undefined) : readSecret(ref)),
    address: (text) => (isReference(text) ? readSecret(text) : Promise.resolve(text)),
  };
  const receiverOf = (channel: Channel): Receiver<Channel> => RECEIVERS[channel.kind] as Receiver<Channel>;
  return {
    send: (channel, alert) => receiverOf(channel).send(channel, alert, tools),
    arrived: async (channel, alert) => (await receiverOf(channel).arrived?.(channel, alert, tools)) ?? 'unasked',
    beat: async (url) => void (await request(await readSecret(url), { method: 'GET' })),
  };
}

function isReference(text: string): text is SecretRef {
  return /^(env|file|exec):/.test(text);
}

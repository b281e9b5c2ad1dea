import type { AlertRecord } from '#core/memory/record.ts';
import type { Channel } from '#core/policy/alerts.ts';
import type { Receiver } from './receiver.ts';
import { postJson } from './request.ts';

const PRIORITY: Readonly<Record<AlertRecord['severity'], number>> = { error: 8, warning: 5, info: 2, over: 4 };

/** An application of Gotify; its token may write and not read, so that nobody can be asked what arrived. @see https://gotify.net/docs/pushmsg */
export const gotify: Receiver<Extract<Channel, { kind: 'gotify' }>> = {
  send: async (channel, alert, tools) => {
    const message = { title: alert.subject, message: alert.text, priority: PRIORITY[alert.severity] };
    await postJson(`${channel.url.replace(/\/+$/, '')}/message`, message, { 'x-gotify-key': (await tools.secret(channel.token)) ?? '' });
  },
};

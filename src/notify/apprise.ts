import type { AlertRecord } from '#core/memory/record.ts';
import type { Channel } from '#core/policy/alerts.ts';
import type { Receiver } from './receiver.ts';
import { postJson } from './request.ts';

const TYPE: Readonly<Record<AlertRecord['severity'], string>> = { error: 'failure', warning: 'warning', info: 'info', over: 'success' };

/** An Apprise API, the bridge to a hundred services; 204 means that it knows none under that key. @see https://github.com/caronc/apprise-api */
export const apprise: Receiver<Extract<Channel, { kind: 'apprise' }>> = {
  send: async (channel, alert, tools) => {
    const message = { title: alert.subject, body: alert.text, type: TYPE[alert.severity], format: 'text' };
    const answer = await postJson(await tools.address(channel.url), {
      ...message,
      ...(channel.tag === undefined ? {} : { tag: channel.tag }),
    });
    if (answer.trim() === '') throw new Error('the Apprise API has no service under this key, so it told nobody');
  },
};

import type { AlertRecord } from '#core/memory/record.ts';
import type { Channel } from '#core/policy/alerts.ts';
import type { Receiver } from './receiver.ts';
import { bearer, postJson, request } from './request.ts';

type Ntfy = Extract<Channel, { kind: 'ntfy' }>;

const PRIORITY: Readonly<Record<AlertRecord['severity'], number>> = { error: 5, warning: 4, info: 3, over: 3 };
const TAG: Readonly<Record<AlertRecord['severity'], string>> = {
  error: 'rotating_light',
  warning: 'warning',
  info: 'information_source',
  over: 'white_check_mark',
};

/** A topic of ntfy. Published as JSON to the server's root, so that every letter arrives. @see https://docs.ntfy.sh/publish/#publish-as-json */
export const ntfy: Receiver<Ntfy> = {
  send: async (channel, alert, tools) => {
    const { server, topic } = topicOf(await tools.address(channel.url));
    const message = { topic, title: alert.subject, message: alert.text, priority: PRIORITY[alert.severity], tags: [TAG[alert.severity]] };
    await postJson(server, message, bearer(await tools.secret(channel.token)));
  },
  arrived: async (channel, alert, tools) => {
    const address = await tools.address(channel.url);
    const answer = await request(`${address.replace(/\/+$/, '')}/json?poll=1&since=${alert.at - 60}`, {
      method: 'GET',
      headers: bearer(await tools.secret(channel.token)),
    });
    return answer.split('\n').some((line) => isMessage(line, alert.subject)) ? 'arrived' : 'missing';
  },
};

function topicOf(address: string): { readonly server: string; readonly topic: string } {
  const found = /^(https?:\/\/.+)\/([^/?#]+)\/?$/.exec(address);
  if (!found) throw new Error('the address names no topic: it is https://SERVER/TOPIC');
  return { server: found[1]!, topic: found[2]! };
}

function isMessage(line: string, title: string): boolean {
  if (line.trim() === '') return false;
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null && 'title' in message && message.title === title;
  } catch {
    return false;
  }
}

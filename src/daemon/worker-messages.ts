import { deliver } from '#app/deliver.ts';
import type { Part, Shared } from './worker-shared.ts';

/** The outbox is looked into this often besides after each cycle: some messages are due later, and some failed. */
const OUTBOX_MS = 15_000;

/** Sends the messages that are due. */
export function messagesPart(shared: Shared): Part {
  const { clock, memory, notifier, policy, lease, site, log, naps } = shared;

  async function send(): Promise<void> {
    if (!notifier) return;
    const { sent, failed } = await deliver({ clock, memory, notifier }, policy().alerts ?? { channels: [] }, lease);
    const { state } = shared;
    shared.state = { ...state, messages: { sent: state.messages.sent + sent, failed: state.messages.failed + failed.length } };
    if (sent > 0) log.info('messages sent', { site: site.name, sent });
    for (const failure of failed) log.warn('a message was not taken', { site: site.name, ...failure });
  }

  return { turn: send, pause: () => naps.messages.sleep(OUTBOX_MS), trouble: 'messages were not sent' };
}

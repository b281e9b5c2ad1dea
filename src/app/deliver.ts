import type { Alerts } from '#core/policy/alerts.ts';
import type { AlertRecord } from '#core/memory/record.ts';
import type { Clock, Lease, Memory, Notifier } from './ports.ts';

/** Messages handed to their channels at one time; what is left comes at the next call. */
const AT_ONCE = 50;
const FIRST_RETRY_SECONDS = 15;
const LONGEST_RETRY_SECONDS = 3600;

export type Delivered = {
  readonly sent: number;
  readonly failed: readonly { readonly channel: string; readonly error: string; readonly tries: number }[];
};

/**
 * Sends what a site's outbox holds. A message whose sending was cut off is sent again under the same id; one that its channel refuses
 * is tried again later, and holds up no message of another channel. Nothing is ever given up: an alert that nobody got is still owed.
 */
export async function deliver(
  { clock, memory, notifier }: { readonly clock: Clock; readonly memory: Pick<Memory, 'outbox'>; readonly notifier: Notifier },
  { channels }: Pick<Alerts, 'channels'>,
  lease: Lease,
): Promise<Delivered> {
  const due = await memory.outbox.due(lease, clock.now(), AT_ONCE);
  const byChannel = Map.groupBy(due, ({ channel }) => channel);
  const results = await Promise.all([...byChannel.values()].map(async (alerts) => sendInOrder(alerts)));
  return { sent: results.reduce((sum, { sent }) => sum + sent, 0), failed: results.flatMap(({ failed }) => failed) };

  async function sendInOrder(alerts: typeof due): Promise<Delivered> {
    let sent = 0;
    const failed: Delivered['failed'][number][] = [];
    for (const { tries, ...alert } of alerts) {
      const error = await trySending(alert);
      if (error === undefined) {
        await memory.outbox.delivered(alert.id, clock.now());
        sent += 1;
      } else {
        await memory.outbox.failed(alert.id, clock.now() + retrySeconds(tries), error);
        failed.push({ channel: alert.channel, error, tries: tries + 1 });
      }
    }
    return { sent, failed };
  }

  /** Undefined where it was sent. Whatever a notifier throws is what its receiver answered: it is kept, and told. */
  async function trySending(alert: AlertRecord): Promise<string | undefined> {
    const channel = channels.find(({ name }) => name === alert.channel);
    if (!channel) return `the policy names no channel ${alert.channel} any more`;
    try {
      await notifier.send(channel, alert);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

/** 15 s, 30 s, 1 min … 1 h. */
function retrySeconds(tries: number): number {
  return Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** Math.min(tries, 12));
}

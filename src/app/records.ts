import type { AlertRecord, AuditEntry } from '#core/memory/record.ts';
import { pageAfter, type Page, type SortKey } from '#core/paging.ts';
import { DAY_SECONDS } from '#core/units.ts';
import type { Live } from './live.ts';

type Paging = { readonly after?: SortKey; readonly limit: number };

export type AuditLine = AuditEntry & { readonly hash: string };

export type AuditQuery = Paging & { readonly by?: string | undefined; readonly act?: string | undefined; readonly q?: string | undefined };

/** The audit log, newest first; `head`: the hash of its last line, which stands for all of it. */
export async function listAudit({ memory }: Live, query: AuditQuery): Promise<Page<AuditLine> & { readonly head?: string }> {
  const all = await memory.audit(0);
  const needle = query.q?.trim().toLowerCase() ?? '';
  const numbered = all.map((line, number) => ({ line, number }));
  const wanted = numbered.filter(
    ({ line: { by, act, on, detail } }) =>
      (query.by === undefined || by === query.by) &&
      (query.act === undefined || act === query.act) &&
      (needle === '' || `${by} ${act} ${on} ${detail}`.toLowerCase().includes(needle)),
  );
  const { items, ...page } = pageAfter(wanted, ({ number }) => [-number], query);
  const head = all.at(-1)?.hash;
  return { ...page, items: items.map(({ line }) => line), ...(head !== undefined && { head }) };
}

export type Message = AlertRecord & { readonly tries: number; readonly deliveredAt?: number; readonly error?: string };

const MESSAGES_SECONDS = 90 * DAY_SECONDS;

/** Messages of the last three months as they went to people, newest first. */
export async function listMessages({ memory, clock }: Live, query: Paging): Promise<Page<Message>> {
  const all = await memory.outbox.history(clock.now() - MESSAGES_SECONDS);
  return pageAfter(all, ({ at, id, channel }) => [-at, id, channel], query);
}

export type MailRow = { readonly vmid: number; readonly result: 'ok' | 'failed'; readonly durationSeconds?: number };

/**
 * The table at the head of vzdump's mail, which is all that is left of the log where it was too long to be sent.
 * PVE up to 7 writes `OK`, `FAILED` and `00:00:12`, later ones `ok`, `err` and `1min 2s`.
 */
export function readMailTable(lines: readonly string[]): MailRow[] {
  const head = lines.slice(0, 100).findIndex((line) => /^VMID\s+NAME\s+STATUS\s+TIME\s/i.test(line));
  if (head < 0) return [];
  const rows: MailRow[] = [];
  for (const line of lines.slice(head + 1)) {
    const row = /^(\d{1,9}) .{0,300}? (ok|err|error|failed) +(\S.{0,40})/i.exec(line);
    if (!row) break;
    const durationSeconds = readDuration(row[3]!);
    rows.push({
      vmid: Number(row[1]),
      result: /^ok$/i.test(row[2]!) ? 'ok' : 'failed',
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
    });
  }
  return rows;
}

const SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, min: 60, m: 60, s: 1 };

function readDuration(text: string): number | undefined {
  const clock = /^(\d{2,6}):(\d\d):(\d\d)\b/.exec(text);
  if (clock) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  const spelled = /^(?:\d{1,9}(?:d|h|min|m|s)\b ?){1,4}/.exec(text)?.[0];
  if (spelled === undefined) return undefined;
  return [...spelled.matchAll(/(\d+)([a-z]+)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS[unit!]!, 0);
}

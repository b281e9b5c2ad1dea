import { sql, type RawBuilder } from 'kysely';
import type { Kind } from './schema.ts';

/** Milliseconds of the database's own clock at this very moment, not at the begin of a transaction. Replicas may disagree about the time; it does not. */
export function nowMs(kind: Kind): RawBuilder<number> {
  return kind === 'sqlite'
    ? sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
    : sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
}

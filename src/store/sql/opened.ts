import { BEGUN_ANEW, begunAnewEntry, REPLACED, TOLD_SECONDS, type BegunAnew } from '#core/memory/begun-anew.ts';
import { spellInstant } from '#core/units.ts';
import { appendAudit, readAudit } from './audit.ts';
import type { Identity } from './migrate.ts';
import type { Database } from './schema.ts';

/** A database that is ready for use. */
export type Opened = Database & {
  readonly identity: Identity;
  readonly openedAt: number;
  /** Tells this very database from another one, and from a copy of itself that took its place. */
  readonly name: string;
  /** False once it was taken away underneath: then it must be opened anew. */
  readonly stillThere: () => boolean;
  /** What `name` would be now, as the database says it itself. */
  readonly askName: () => Promise<string>;
  /** Reads all of it, where that is ours to do: what is damaged in it. */
  readonly damage?: () => string | undefined;
  readonly close: () => Promise<void>;
};

/** The one before, where this process had it open. */
export type Before = Pick<Opened, 'identity' | 'openedAt' | 'name'>;

/** Writes into the audit log that this database was begun anew, or stands in the place of another; a second time changes nothing. */
export async function tellBegunAnew({ db, kind }: Database, event: BegunAnew): Promise<void> {
  await db.transaction().execute((trx) => appendAudit(trx, kind, [begunAnewEntry(event)]));
}

const EXPLAINED = [BEGUN_ANEW, REPLACED, 'restore the database', 'move the database'];

/**
 * What stands in the place of the database that was known, where that is nobody's wish: undefined where its own audit log says lately how it came
 * there, as a restore does, or another replica that began it anew. `copy`: it is a copy of the one that was known.
 */
export async function replacement(
  { db, where }: Database,
  { at, since, copy }: { readonly at: number; readonly since?: number; readonly copy: boolean },
): Promise<BegunAnew | undefined> {
  if ((await readAudit(db, since ?? at - TOLD_SECONDS, EXPLAINED)).length > 0) return undefined;
  const { lookedAt } = await db
    .selectFrom('look')
    .select(({ fn }) => fn.max<number | null>('at').as('lookedAt'))
    .executeTakeFirstOrThrow();
  const ends = lookedAt === null ? 'which remembers no look' : `which remembers up to ${spellInstant(lookedAt, 'UTC')}`;
  return { at, where, how: 'replaced', detail: `${copy ? 'a copy of itself' : 'another one'}, ${ends}` };
}

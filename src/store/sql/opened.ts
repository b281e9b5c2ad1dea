import { begunAnewEntry, type BegunAnew } from '#core/memory/begun-anew.ts';
import { appendAudit } from './audit.ts';
import type { Identity } from './migrate.ts';
import type { Database } from './schema.ts';

/** A database that is ready for use. */
export type Opened = Database & {
  readonly identity: Identity;
  /** False once it was taken away underneath: then it must be opened anew. */
  readonly stillThere: () => boolean;
  readonly close: () => Promise<void>;
};

/** Writes into the audit log that this database was begun anew; a second time changes nothing. */
export async function tellBegunAnew({ db, kind }: Database, event: BegunAnew): Promise<void> {
  await db.transaction().execute((trx) => appendAudit(trx, kind, [begunAnewEntry(event)]));
}

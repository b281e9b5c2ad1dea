import { isCorrupt, asStoreError } from './trouble.ts';
import type { Opened } from './opened.ts';

type Method = (...args: never[]) => unknown;

/** Opens a database when it is first needed, and again when it was lost. */
export type Source = {
  readonly open: () => Promise<Opened>;
  /** Does work with the database; its errors become StoreErrors. */
  readonly guarded: <T>(work: () => Promise<T>) => Promise<T>;
  /** The same for each function of an object; for one that yields batches, for each batch. */
  readonly guardedAll: <T extends Readonly<Record<string, Method>>>(methods: T) => T;
  readonly close: () => Promise<void>;
};

/**
 * A source over `connect`. A call that finds the database damaged or taken away fails, or begins anew; the next one opens it anew in any case, so that
 * a daemon goes on without a restart.
 */
export function makeSource(connect: () => Promise<Opened>, where: string): Source {
  let current: Promise<Opened> | undefined;
  const drop = async (): Promise<void> => {
    const last = current;
    current = undefined;
    await last?.then(
      (opened) => opened.close(),
      () => {},
    );
  };
  const begin = (): Promise<Opened> => {
    const opening = connect();
    current = opening;
    opening.catch(() => {
      if (current === opening) current = undefined;
    });
    return opening;
  };
  const open = async (): Promise<Opened> => {
    const opened = await (current ?? begin());
    if (opened.stillThere()) return opened;
    await drop();
    return current ?? begin();
  };
  const failed = async (error: unknown): Promise<never> => {
    if (isCorrupt(error)) await drop();
    throw asStoreError(error, where);
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      return failed(error);
    }
  };
  const guardedAll = <T extends Readonly<Record<string, Method>>>(methods: T): T =>
    Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [
        name,
        (...args: never[]) => {
          const result = method(...args);
          return isBatches(result) ? guardBatches(result, failed) : guarded(async () => result);
        },
      ]),
    ) as T;
  return { open, guarded, guardedAll, close: drop };
}

function isBatches(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* guardBatches(batches: AsyncIterable<unknown>, failed: (error: unknown) => Promise<never>): AsyncGenerator {
  try {
    yield* batches;
  } catch (error) {
    await failed(error);
  }
}

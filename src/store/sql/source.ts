import type { Before, Opened } from './opened.ts';
import { asStoreError, isLost } from './trouble.ts';

type Method = (...args: never[]) => unknown;

/** Opens a database when it is first needed, and again when it was lost. */
export type Source = {
  readonly open: () => Promise<Opened>;
  /** The name of the database in use; one that was exchanged is opened anew first. */
  readonly name: () => Promise<string>;
  /** Closes it: the next call opens it anew. */
  readonly drop: () => Promise<void>;
  /** Does work with the database; its errors become StoreErrors. */
  readonly guarded: <T>(work: () => Promise<T>) => Promise<T>;
  /** The same for each function of an object; for one that yields batches, for each batch. */
  readonly guardedAll: <T extends Readonly<Record<string, Method>>>(methods: T) => T;
};

/**
 * A source over `connect`. A call that finds the database damaged or taken away fails, or begins anew; the next one opens it anew in any case, so that
 * a daemon goes on without a restart.
 */
export function makeSource(connect: (before: Before | undefined) => Promise<Opened>, where: string): Source {
  let current: Promise<Opened> | undefined;
  let before: Before | undefined;
  // A SQLite file that is closed takes the -wal beside it along, by its name: no other one is opened there before.
  let closed: Promise<void> = Promise.resolve();
  const drop = async (): Promise<void> => {
    const last = current;
    current = undefined;
    if (last)
      closed = last.then(
        (opened) => opened.close(),
        () => {},
      );
    await closed;
  };
  const begin = (): Promise<Opened> => {
    const opening = closed.then(() => connect(before));
    current = opening;
    opening.then(
      (opened) => void (before = opened),
      () => {
        if (current === opening) current = undefined;
      },
    );
    return opening;
  };
  const open = async (): Promise<Opened> => {
    const opened = await (current ?? begin());
    if (opened.stillThere()) return opened;
    await drop();
    return current ?? begin();
  };
  const failed = async (error: unknown): Promise<never> => {
    if (isLost(error)) await drop();
    throw asStoreError(error, where);
  };
  const name = (): Promise<string> =>
    guarded(async () => {
      const opened = await open();
      if ((await opened.askName()) === opened.name) return opened.name;
      await drop();
      return (await open()).name;
    });
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
  return { open, name, drop, guarded, guardedAll };
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

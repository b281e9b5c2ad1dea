import type { AlertRecord } from '#core/memory/record.ts';
import type { SecretRef } from '#core/policy/policy.ts';

/** Reads what a channel only names. */
export type Tools = {
  readonly secret: (ref: SecretRef | undefined) => Promise<string | undefined>;
  readonly address: (text: string) => Promise<string>;
  /** Unix seconds. */
  readonly now: () => number;
};

/** One kind of channel. `arrived` is there where the receiver can be asked what it has. */
export type Receiver<C> = {
  readonly send: (channel: C, alert: AlertRecord, tools: Tools) => Promise<void>;
  readonly arrived?: (channel: C, alert: AlertRecord, tools: Tools) => Promise<'arrived' | 'missing'>;
};

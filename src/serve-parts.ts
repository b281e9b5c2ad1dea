import type { Accounts, Credentials, Log, Memory, Notifier, Ports, Timers } from '#app/ports.ts';
import type { Applier, PolicyEditor } from '#app/ports/changes.ts';
import type { ServeOptions } from '#cli/command.ts';

/** What `holdfast serve` is given to work with. */
export type ServeParts = {
  readonly ports: Pick<Ports, 'clock' | 'connect' | 'examiner' | 'policySource' | 'store'>;
  readonly timers: Timers;
  readonly log: Log;
  readonly memory: Memory;
  readonly accounts: Accounts;
  readonly credentials: Credentials;
  readonly editor: PolicyEditor;
  readonly applier: Applier;
  /** Where it lies, for people. */
  readonly where: string;
  readonly notifier: Notifier;
  /** Throws an Error with a `fix` where it cannot be read. */
  readonly readSecret: (ref: NonNullable<ServeOptions['hookToken']>) => Promise<string>;
  readonly version: string;
};

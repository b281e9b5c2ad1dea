const FIX = {
  unreachable: 'check that the database runs and that HOLDFAST_DATABASE_URL names it; Holdfast goes on when it answers',
  refused: 'check the name, the password and the rights in HOLDFAST_DATABASE_URL',
  busy: 'another program holds the database for a long time; find it, or wait',
  full: 'make room where the database lies; nothing that was remembered is lost',
  corrupt: 'restart Holdfast: it sets the file aside and begins anew; or bring a backup back:\n    holdfast db restore FILE',
  newer: 'update Holdfast on this machine, or bring back a backup made before the update:\n    holdfast db restore FILE',
  'in-use': 'stop the daemon, wait a minute where it was killed, and try again:\n    systemctl stop holdfast',
  occupied: 'name a file that is not there yet, or a database that is empty; nothing is ever overwritten',
  misnamed: 'write a URL such as postgres://holdfast@db.lan/holdfast; for a move also env:NAME of a variable that holds one, or a folder',
  absent: 'the first apply or serve makes it; or bring a backup back:\n    holdfast db restore FILE',
  strange: 'name a file that this made:\n    holdfast db backup',
  unusable: 'check that the folder exists, is on a disk of this machine, and that Holdfast may write there',
} as const;

export type StoreTrouble = keyof typeof FIX;

/** The database cannot be used at this moment or at all: the only thing a memory throws but for bugs. No backup depends on it. */
export class StoreError extends Error {
  readonly kind: StoreTrouble;
  readonly fix: string;

  constructor(kind: StoreTrouble, where: string, detail: string, cause?: unknown) {
    super(`Cannot use the database ${where}: ${detail}`, { cause });
    this.name = 'StoreError';
    this.kind = kind;
    this.fix = FIX[kind];
  }
}

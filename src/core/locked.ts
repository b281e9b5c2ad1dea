/** Somebody else holds the lock: another Holdfast works with the same state at this moment. The only thing `Store.locked` throws itself. */
export class LockedError extends Error {
  readonly fix = 'wait until the other run has ended, then try again; the lock ends with its holder, so there is nothing to remove';

  constructor(name: string, where: string) {
    super(`Another holdfast ${name} runs on ${where}`);
    this.name = 'LockedError';
  }
}

import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { Step } from '#core/plan/plan.ts';
import type { Http } from './http.ts';
import { differing, sameOption } from './same.ts';
import type { Row } from './wire/read.ts';

/** What of a step is written. */
export type Write = Pick<Step, 'action' | 'kind' | 'id' | 'settings' | 'clear' | 'before'>;

/** Creates, or finds that what exists is what was wanted. An object of the same name that differs stays as it is and is a conflict. */
export async function createOnce(
  step: Write,
  { create, read }: { readonly create: () => Promise<void>; readonly read: () => Promise<Row> },
): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof ProxmoxError) || error.kind !== 'conflict') throw error;
    if (differing(await read(), step.settings).length > 0) throw error;
  }
}

/**
 * True where a change has been carried out already. Where an option is neither as the plan saw it nor as it should become,
 * somebody else was there in between.
 */
export function settled(http: Http, step: Write, current: Row): boolean {
  const names = [...Object.keys(step.settings), ...step.clear];
  if (names.every((name) => sameOption(name, current[name], step.settings[name]))) return true;
  const strange = names.filter(
    (name) =>
      step.before !== undefined &&
      !sameOption(name, current[name], step.before[name]) &&
      !sameOption(name, current[name], step.settings[name]),
  );
  if (strange.length === 0) return false;
  const detail = `${strange.join(', ')} changed since the plan was made`;
  throw new ProxmoxError('conflict', {
    server: http.name,
    call: `change ${step.kind} ${step.id}`,
    detail,
    fix: 'look at the difference and plan again:\n    holdfast plan',
  });
}

/** Takes "there is no such thing" for a removal that was done before; any other trouble is thrown on. */
export async function unlessMissing(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof ProxmoxError) || error.kind !== 'missing') throw error;
  }
}

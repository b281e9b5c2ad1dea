import type { Selectable } from 'kysely';
import type { Intent, Store } from '#app/ports.ts';
import type { Source } from './source.ts';
import type { Tables } from './schema.ts';

/** Each intent is on disk before the call returns, so that it stands there before the write it tells of. */
export function sqlIntents({ open, guarded }: Source): Pick<Store, 'appendIntent' | 'intents'> {
  return {
    appendIntent: (intent) =>
      guarded(async () => {
        const { action, kind, site, server, id } = intent.step;
        const { at, phase, planBasedOn, error = null, number: step_number = null, of: step_count = null } = intent;
        const row = { at, phase, action, kind, site, server, id, based_on: planBasedOn, error, step_number, step_count };
        await (await open()).db.insertInto('intents').values(row).execute();
      }),
    intents: () => guarded(async () => (await (await open()).db.selectFrom('intents').selectAll().orderBy('n').execute()).map(toIntent)),
  };
}

function toIntent({ at, phase, action, kind, site, server, id, ...rest }: Selectable<Tables['intents']>): Intent {
  const { based_on, error, step_number: number, step_count: of } = rest;
  return {
    at,
    phase: phase as Intent['phase'],
    step: { action, kind, site, server, id } as Intent['step'],
    planBasedOn: based_on,
    ...(number === null ? {} : { number }),
    ...(of === null ? {} : { of }),
    ...(error === null ? {} : { error }),
  };
}

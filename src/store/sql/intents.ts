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
        const { at, phase, planBasedOn, error } = intent;
        const row = { at, phase, action, kind, site, server, id, based_on: planBasedOn, error: error ?? null };
        await (await open()).db.insertInto('intents').values(row).execute();
      }),
    intents: () => guarded(async () => (await (await open()).db.selectFrom('intents').selectAll().orderBy('n').execute()).map(toIntent)),
  };
}

function toIntent({ at, phase, action, kind, site, server, id, based_on, error }: Selectable<Tables['intents']>): Intent {
  return {
    at,
    phase: phase as Intent['phase'],
    step: { action, kind, site, server, id } as Intent['step'],
    planBasedOn: based_on,
    ...(error === null ? {} : { error }),
  };
}

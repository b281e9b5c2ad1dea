import { randomBytes } from 'node:crypto';
import { changesOf, type Changes } from '#app/changes.ts';
import type { Live } from '#app/live.ts';
import { planner } from '#app/plan-now.ts';
import { policyDesk } from '#app/policy-edit.ts';
import { noteVersion } from '#app/policy-versions.ts';
import type { Accounts, Log, Ports, PolicySource } from '#app/ports.ts';
import type { Applier, PolicyEditor } from '#app/ports/changes.ts';
import type { House } from '#core/change/rules.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { makeProver } from './prover.ts';
import { changesRoutes } from '#server/api/routes/changes.ts';
import { planRoutes } from '#server/api/routes/plan.ts';
import { policyRoutes } from '#server/api/routes/policy.ts';
import type { ApiParts } from '#server/api/api.ts';

/* What `serve` is wired from so that the policy can be edited and the plan applied. It decides nothing. */

type Parts = {
  readonly ports: Pick<Ports, 'clock' | 'connect' | 'examiner' | 'policySource' | 'store'>;
  readonly editor: PolicyEditor;
  readonly applier: Applier;
  readonly accounts: Pick<Accounts, 'list'>;
  readonly live: Live;
  readonly log: Log;
  readonly replica: string;
  /** How long the only person who could approve waits. */
  readonly waitingSeconds: number | undefined;
  /** The policy was written: read it. */
  readonly reload: () => void;
};

export type WiredChanges = Pick<ApiParts, 'areas'> & {
  /** Reads the policy for the daemon, and notes each version it has not seen. */
  readonly load: PolicySource['load'];
  readonly changes: Pick<Changes, 'list' | 'stop'>;
};

/** The routes of policy, plan and changes, and the loading of the policy that notes each version. */
export function wireChanges({ ports, editor, applier, accounts, live, log, replica, waitingSeconds, reload }: Parts): WiredChanges {
  const { clock, policySource, store } = ports;
  const { memory, announce } = live;
  const seen = () => live.policy().sites.flatMap(({ name }) => live.seen(name) ?? []);
  const desk = policyDesk({ clock, editor, prove: makeProver(), policy: live.policy, seen });
  const house = async (): Promise<House> => ({ accounts: await accounts.list(), ...(waitingSeconds === undefined ? {} : { waitingSeconds }) });
  const drawn = planner({ ...ports, log }, applier);
  const changes = changesOf({
    clock,
    store,
    memory,
    editor,
    applier,
    log,
    desk,
    planner: drawn,
    house,
    replica,
    reload,
    makeId: () => randomBytes(6).toString('hex'),
    changed: () => announce(['changes', 'audit']),
  });
  const schema = async (): Promise<unknown> => policySource.schema?.() ?? {};
  return {
    areas: [
      policyRoutes({ desk, memory, schema, trouble: () => live.watching().policyTrouble }),
      planRoutes(drawn),
      changesRoutes({ changes, house, clock }),
    ],
    load: async () => {
      const loaded = await policySource.load();
      try {
        await noteVersion({ clock, store, memory }, loaded);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        log.warn('a version of the policy could not be noted', { because: error.message });
      }
      return loaded;
    },
    changes,
  };
} // prettier-ignore

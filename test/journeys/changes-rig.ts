import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '#lab/lab.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';
import { SECRET_NAMES, secretsOf } from '#lab/scenarios/policy.ts';
import { changesOf, type ChangePorts } from '#app/changes.ts';
import { planner } from '#app/plan-now.ts';
import { policyDesk } from '#app/policy-edit.ts';
import type { Ports } from '#app/ports.ts';
import { makePolicyEditor } from '#config/editor.ts';
import { makePolicySource } from '#config/policy-source.ts';
import type { House, Person } from '#core/change/rules.ts';
import type { Site } from '#core/policy/policy.ts';
import type { Actual } from '#core/world/actual.ts';
import { connectSite } from '#proxmox/site.ts';
import { makeApi } from '#server/api/api.ts';
import type { Principal } from '#server/api/frame.ts';
import { changesRoutes } from '#server/api/routes/changes.ts';
import { planRoutes } from '#server/api/routes/plan.ts';
import { policyRoutes } from '#server/api/routes/policy.ts';
import { sqliteStores } from '#store/sqlite.ts';
import { makeProver } from '../../src/prover.ts';
import { makeApplier } from '../../src/applier.ts';

export const ANNA: Person = { name: 'anna', role: 'approver' };
export const BEN: Person = { name: 'ben', role: 'admin' };
export const OLGA: Person = { name: 'olga', role: 'operator' };
export const VERA: Person = { name: 'vera', role: 'viewer' };
const PEOPLE = new Map([ANNA, BEN, OLGA, VERA].map((person) => [person.name, person]));

/** A daemon's parts on files and a database of their own in `folder`, with `lab` behind them, and the API over them. */
export async function makeChangesRig(lab: Lab, folder: string) {
  const secrets = secretsOf(lab);
  const file = join(folder, 'holdfast.yaml');
  writeFileSync(file, scenarioPolicy('adr-005', lab)!);
  const state = join(folder, 'state');
  const childEnv = { ...process.env, ...secrets, HOLDFAST_POLICY: file, HOLDFAST_STATE: state, NO_COLOR: '1' };
  const clock = { now: () => lab.world.now + rigTime.aheadSeconds };
  const rigTime = { aheadSeconds: 0 };
  const where = { flag: undefined, env: { HOLDFAST_POLICY: file }, cwd: folder, now: clock.now };
  const { store, memory } = sqliteStores(state, clock.now);
  const siteOptions = { now: clock.now, readSecret: async (ref: string, at: string) => harmlessOf(secrets)(ref, at) };
  const policySource = makePolicySource(where);
  const ports = {
    clock,
    policySource,
    store,
    memory,
    log: { info: () => {}, warn: () => {} },
    connect: (site: Site) => connectSite(site, siteOptions),
    examiner: undefined as never,
  } satisfies Ports;
  const editor = makePolicyEditor(where);
  const seen: Actual[] = [];
  const first = (await policySource.load()).policy!;
  const desk = policyDesk({ clock, editor, prove: makeProver(), policy: () => first, seen: () => seen });
  const applier = makeApplier({
    command: [process.execPath, 'bin/holdfast.js'],
    policy: undefined,
    folder: join(state, 'plans'),
    env: childEnv,
  });
  const house: { now: House } = {
    now: { accounts: [ANNA, BEN, OLGA, VERA].map((one) => ({ ...one, disabled: false })), waitingSeconds: 1800 },
  };
  const told = { reloads: 0, news: 0, listeners: [] as (() => void)[] };
  let ids = 0;
  const changePorts: ChangePorts = {
    clock,
    store,
    memory,
    editor,
    applier,
    desk,
    log: ports.log,
    replica: 'r1',
    planner: planner(ports, applier),
    house: async () => house.now,
    makeId: () => `c${++ids}`,
    reload: () => void told.reloads++,
    changed: () => {
      told.news++;
      for (const listener of told.listeners) listener();
    },
  };
  const changes = changesOf(changePorts);
  const app = makeApi({
    authenticate: async ({ req }) => {
      const person = PEOPLE.get(req.header('authorization') ?? '');
      return person && ({ ...person, via: 'password' } satisfies Principal);
    },
    log: ports.log,
    version: '0',
    areas: [
      policyRoutes({ desk, memory, schema: async () => ({ title: 'Holdfast policy' }), trouble: () => undefined }),
      planRoutes(changePorts.planner),
      changesRoutes({ changes, house: changePorts.house, clock }),
    ],
  });

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whoever asks says what is answered
  async function ask<T>(
    person: Person,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: T }> {
    const headers = { authorization: person.name, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await app.request(`/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  }
  const audit = async () => (await memory.audit(0)).map(({ by, act, on }) => `${by} ${act} ${on}`);
  return {
    folder,
    file,
    state,
    store,
    memory,
    editor,
    desk,
    changes,
    changePorts,
    ask,
    audit,
    house,
    told,
    seen,
    rigTime,
    policySource,
    clock,
    ports,
  };
}

/** The process of the tests stands for the daemon: it has no login that can change anything. */
function harmlessOf({ [SECRET_NAMES.pveApply]: _pve, [SECRET_NAMES.pbsApply]: _pbs, ...harmless }: Readonly<Record<string, string>>) {
  return (ref: string, at: string) => {
    const secret = harmless[ref.slice('env:'.length)];
    if (secret === undefined) throw new Error(`the daemon read ${ref} for ${at}`);
    return { secret };
  };
}

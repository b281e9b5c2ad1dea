import type { Datastore, NamespaceActual, Observed, PbsActual, Storage, Unknown } from '#core/world/actual.ts';
import type { PbsAccess } from '#core/policy/policy.ts';
import type { Http } from './http.ts';
import { observeGroups } from './observe-groups.ts';
import { observePbsTasks } from './observe-tasks.ts';
import { attempt, known, lacking, mapLimited, observeList, observePart, toUnknown, type Look, type Need } from './part.ts';
import {
  listDatastoreConfigs,
  listDatastoreNames,
  listDatastoreUsage,
  listGarbageCollections,
  listPruneJobs,
  listRemotes,
  listSyncJobs,
  listTrafficControls,
  listVerifyJobs,
} from './pbs.ts';
import { listNamespaces } from './pbs-snapshots.ts';
import { getNodeTime, getRights, getVersion } from './pve.ts';
import { touchedByVerification, type Touched } from './verified.ts';
import { can } from '#core/world/abilities.ts';
import { spellNamespace } from '#core/world/namespace.ts';

export type PbsRequest = {
  readonly access: PbsAccess;
  /** PVE's storages: they name datastores and namespaces into which guests are backed up. */
  readonly storages: Promise<readonly Storage[]>;
  readonly previous: PbsActual | undefined;
  readonly previousAt: number | undefined;
};

/** One look at a PBS. Parts are read side by side; one that fails hides no other. */
export async function observePbs(http: Http, look: Look, { access, storages, previous, previousAt }: PbsRequest): Promise<PbsActual> {
  const version = observePart(look, 'version', () => getVersion(http));
  const datastores = observeDatastores(http, look, access.datastore);
  const verifyJobs = observeList(look, needs('verify jobs'), () => listVerifyJobs(http));
  const pruneJobs = observeList(look, needs('prune jobs'), () => listPruneJobs(http));
  const syncJobs = version.then((at) =>
    observeList(look, needs('sync jobs'), async (gaps) => {
      gaps.push(...lacking(look.rights, { what: 'sync jobs', privilege: 'Remote.Audit', path: '/remote' }));
      return listSyncJobs(http, can(known(at), 'push-sync'));
    }),
  );
  const tasks = observePart(look, 'tasks', (gaps) =>
    observePbsTasks(http, look, { previous: known(previous?.tasks) ?? [], previousAt, gaps }),
  );
  const others = Promise.all([
    observePart(look, 'time', async () => {
      const { timeZone, at } = await getNodeTime(http, 'localhost');
      return { timeZone, clockAheadSeconds: at - look.now() };
    }),
    observeList(look, { what: 'remotes', privilege: 'Remote.Audit', path: '/remote' }, () => listRemotes(http)),
    observePart(look, 'traffic controls', () => listTrafficControls(http)),
  ]);
  const jobs = { prune: known(await pruneJobs) ?? [], verify: known(await verifyJobs) ?? [], sync: known(await syncJobs) ?? [] };
  const places = wantedPlaces(access, await storages, [...jobs.prune, ...jobs.verify, ...jobs.sync]);
  const since = (known(await tasks) ?? []).filter(
    (task) => previousAt !== undefined && (task.endedAt === undefined || task.endedAt >= previousAt - 60),
  );
  const touched = touchedByVerification(since, jobs.verify);
  const namespaces = await observePlaces(http, look, { access, places, stores: await datastores, previous, touched });
  const [node, remotes, trafficControls] = await others;
  return {
    name: access.name,
    version: await version,
    node,
    datastores: await datastores,
    namespaces,
    pruneJobs: sortById(await pruneJobs),
    verifyJobs: sortById(await verifyJobs),
    syncJobs: sortById(await syncJobs),
    remotes,
    trafficControls,
    tasks: await tasks,
  };
}

function needs(what: string): Need {
  return { what, privilege: 'Datastore.Audit', path: '/datastore' };
}

function sortById<T extends { readonly id: string }>(part: Observed<readonly T[]>): Observed<readonly T[]> {
  return part.known ? { ...part, value: part.value.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)) } : part;
}

/** Names come with any right on a store, configuration and figures only with Datastore.Audit. */
async function observeDatastores(http: Http, look: Look, wanted: string): Promise<Observed<readonly Datastore[]>> {
  const need: Need = { what: 'datastores', privilege: 'Datastore.Audit', path: '/datastore' };
  const part = await observeList(look, need, async (gaps) => {
    const side = async <T>(what: string, list: Promise<T[]>): Promise<T[]> =>
      list.catch((error: unknown) => (gaps.push(toUnknown(what, error)), []));
    const [names, configs, usages, collections] = await Promise.all([
      listDatastoreNames(http),
      side('configuration of the datastores', listDatastoreConfigs(http)),
      side('usage of the datastores', listDatastoreUsage(http)),
      side('garbage collection of the datastores', listGarbageCollections(http)),
    ]);
    return names.map((name): Datastore => {
      const config = configs.find((one) => one.name === name) ?? { name, comment: '', verifyNew: false };
      const usage = usages.find((one) => one.name === name);
      const gc = collections.find(({ store }) => store === name)?.gc;
      if (usage?.error !== undefined) gaps.push({ what: `datastore ${name}`, kind: 'down', because: usage.error });
      return { ...config, ...(usage?.usage ? { usage: usage.usage } : {}), ...(gc ? { gc } : {}) };
    });
  });
  if (part.known && !part.value.some(({ name }) => name === wanted)) {
    const gap: Unknown = {
      what: `datastore ${wanted}`,
      kind: 'missing',
      because: 'the server does not list it: it does not exist, or the login may not see it',
    };
    return { ...part, complete: false, gaps: [...part.gaps, gap] };
  }
  return part;
}

/** Datastore → namespaces at and below which we look. */
type Places = ReadonlyMap<string, ReadonlySet<string>>;

/** The site's own namespace in every datastore that is in use, and each namespace that a job or a storage names. */
function wantedPlaces(
  access: PbsAccess,
  storages: readonly Storage[],
  jobs: readonly { readonly datastore: string; readonly namespace: string }[],
): Places {
  const places = new Map<string, Set<string>>();
  const named = [...storages.flatMap(({ pbs }) => (pbs ? [pbs] : [])), ...jobs, access];
  for (const { datastore, namespace } of named) {
    const set = places.get(datastore) ?? new Set([access.namespace]);
    places.set(datastore, set.add(namespace));
  }
  return places;
}

type PlacesRequest = {
  readonly access: PbsAccess;
  readonly places: Places;
  readonly stores: Observed<readonly Datastore[]>;
  readonly previous: PbsActual | undefined;
  readonly touched: Touched;
};

async function observePlaces(
  http: Http,
  look: Look,
  { access, places, stores, previous, touched }: PlacesRequest,
): Promise<NamespaceActual[]> {
  const visible = new Set((known(stores) ?? []).map(({ name }) => name));
  const found: NamespaceActual[] = [];
  for (const [datastore, wanted] of [...places].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (stores.known && !visible.has(datastore)) {
      if (wanted.size > 0)
        found.push(...[...wanted].map((namespace) => absent(look, datastore, namespace, 'the server does not list this datastore')));
      continue;
    }
    const listed = await observePart(look, `namespaces of ${datastore}`, () => listNamespaces(http, datastore, ''));
    if (!listed.known) {
      found.push(
        ...[...wanted].map((namespace) => ({
          datastore,
          namespace,
          groups: { ...listed, unknown: { ...listed.unknown, what: `groups of ${spellNamespace({ datastore, namespace })}` } },
        })),
      );
      continue;
    }
    const names = listed.value.filter((name) => [...wanted].some((top) => top === name || isBelow(name, top, access.namespace)));
    for (const namespace of wanted)
      if (!names.includes(namespace)) found.push(absent(look, datastore, namespace, 'the level above does not list this namespace'));
    found.push(...(await mapLimited(names, 3, (namespace) => observeNamespace(http, look, { datastore, namespace, previous, touched }))));
  }
  return found.sort((a, b) => (a.datastore < b.datastore ? -1 : a.datastore > b.datastore ? 1 : a.namespace < b.namespace ? -1 : 1));
}

/** Below the root lie other sites' namespaces: they are ours only where the policy says that the root is. */
function isBelow(name: string, top: string, own: string): boolean {
  return top === '' ? own === '' : name.startsWith(`${top}/`);
}

function absent(look: Look, datastore: string, namespace: string, because: string): NamespaceActual {
  const unknown: Unknown = { what: `groups of ${spellNamespace({ datastore, namespace })}`, kind: 'missing', because };
  return { datastore, namespace, groups: { known: false, asOf: look.asOf, unknown } };
}

type NamespaceRequest = {
  readonly datastore: string;
  readonly namespace: string;
  readonly previous: PbsActual | undefined;
  readonly touched: Touched;
};

/** Rights are asked for this very path: the general list leaves out paths from which everything was taken away. */
async function observeNamespace(
  http: Http,
  look: Look,
  { datastore, namespace, previous, touched }: NamespaceRequest,
): Promise<NamespaceActual> {
  const path = ['/datastore', datastore, ...namespace.split('/')].filter(Boolean).join('/');
  const what = `groups of ${spellNamespace({ datastore, namespace })}`;
  const rights = await attempt(getRights(http, path));
  const before = previous?.namespaces.find((one) => one.datastore === datastore && one.namespace === namespace);
  const groups = await observeList(
    { ...look, rights: rights && { ...rights, [path]: rights[path] ?? {} } },
    { what, privilege: 'Datastore.Audit', path },
    (gaps) =>
      observeGroups(http, look, {
        store: datastore,
        namespace,
        before: known(before?.groups)?.slice(),
        touched: (group) => touched(datastore, namespace, group),
        gaps,
      }),
  );
  return { datastore, namespace, groups };
}

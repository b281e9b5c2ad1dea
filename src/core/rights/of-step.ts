import type { ObjectKind } from '../desired/desired.ts';
import type { Step } from '../plan/plan.ts';
import { aclPath } from './needed.ts';

type Asked = Pick<Step, 'kind' | 'id' | 'settings' | 'before'>;
type Right = { readonly privilege: string; readonly path: string };

/** What a write takes where the server says only `permission check failed`: the right its endpoint is documented with. */
export function rightOfStep(step: Asked): Right {
  return RIGHT[step.kind](step);
}

const RIGHT: Readonly<Record<ObjectKind, (step: Asked) => Right>> = {
  'pool': ({ id }) => ({ privilege: 'Pool.Allocate', path: `/pool/${id}` }),
  'pool-member': ({ id }) => ({ privilege: 'Pool.Allocate', path: `/pool/${id.slice(0, id.lastIndexOf('/'))}` }),
  'storage': () => ({ privilege: 'Datastore.Allocate', path: '/storage' }),
  'backup-job': () => ({ privilege: 'Sys.Modify', path: '/' }),
  'namespace': ({ id }) => {
    const [store = '', namespace = ''] = id.split(':');
    return { privilege: 'Datastore.Modify', path: aclPath(store, namespace.split('/').slice(0, -1).join('/')) };
  },
  'datastore': ({ id }) => ({ privilege: 'Datastore.Modify', path: aclPath(id, '') }),
  'prune-job': (step) => ({ privilege: 'Datastore.Modify', path: placeOf(step) }),
  'verify-job': (step) => ({ privilege: 'Datastore.Verify', path: placeOf(step) }),
  'sync-job': (step) =>
    said(step, 'sync-direction') === 'push'
      ? { privilege: 'Remote.DatastoreBackup', path: `/remote/${said(step, 'remote')}/${said(step, 'remote-store')}` }
      : { privilege: 'Datastore.Backup', path: placeOf(step) },
  'traffic-control': () => ({ privilege: 'Sys.Modify', path: '/' }),
}; // prettier-ignore

function placeOf(step: Asked): string {
  return aclPath(said(step, 'store'), said(step, 'ns'));
}

function said({ settings, before }: Asked, name: string): string {
  return String(settings[name] ?? before?.[name] ?? '');
}

import type { Product, Schema } from './schema.ts';

const TEXT: Schema = { type: 'string' };
const ANY: Schema = {};
const ROWS: Schema = { type: 'array', items: { type: 'object' } };

/** Answers of real servers that break the official schema: what they are instead. */
export const CORRECTIONS: Readonly<Record<Product, Readonly<Record<string, Schema>>>> = {
  pbs: {
    'POST /config/datastore': TEXT,
    'DELETE /config/datastore/{name}': TEXT,
    'POST /admin/prune/{id}/run': TEXT,
    'POST /admin/verify/{id}/run': TEXT,
    'POST /admin/sync/{id}/run': TEXT,
    'POST /admin/datastore/{store}/prune': ANY,
    'DELETE /admin/datastore/{store}/namespace': {
      type: 'object',
      properties: {
        'protected-snapshots': { type: 'integer' },
        'removed-groups': { type: 'integer' },
        'removed-snapshots': { type: 'integer' },
      },
    },
    'GET /admin/datastore/{store}/notes': TEXT,
    'GET /admin/datastore/{store}/group-notes': TEXT,
    'GET /admin/datastore/{store}/protected': { type: 'boolean' },
    'GET /admin/datastore/{store}/active-operations': {
      type: 'object',
      properties: { read: { type: 'integer' }, write: { type: 'integer' } },
    },
    'GET /admin/datastore/{store}/rrd': ROWS,
    'GET /nodes/{node}/tasks/{upid}/log': { type: 'array', items: { type: 'object', properties: { n: { type: 'integer' }, t: TEXT } } },
  },
  pve: {
    'POST /nodes/{node}/vzdump': TEXT,
  },
};

/** Places inside an answer whose described type is not the real one. */
export const LOOSE: Readonly<Record<Product, Readonly<Record<string, RegExp>>>> = {
  pbs: {
    'GET /admin/datastore/{store}/snapshots': /^data\[\d+\]\.files\[/,
    // It ends with a line feed.
    'GET /nodes/{node}/time': /timezone/,
    'GET /status/datastore-usage': /^data\[\d+\]\.history\[/,
  },
  pve: {
    'GET /nodes/{node}/storage/{storage}/prunebackups': /\.vmid:/,
    'POST /access/users/{userid}/token/{tokenid}': /info\.privsep/,
    'GET /nodes/{node}/vzdump/defaults': /(?:fleecing|performance)/,
  },
};

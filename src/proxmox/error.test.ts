import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedFolder } from '#test/shared.ts';
import { explainAnswer } from './error.ts';

type Case = readonly [name: string, product: 'pve' | 'pbs', status: number, text: string, kind: string, privilege?: string, path?: string];

const CASES: readonly Case[] = [
  ['PBS: login', 'pbs', 401, 'authentication failed', 'refused'],
  ['PBS: missing right at the router', 'pbs', 403, 'permission check failed - missing Datastore.Audit|Datastore.Backup on /datastore/main/home', 'forbidden', 'Datastore.Audit or Datastore.Backup', '/datastore/main/home'],
  ['PBS: missing right without a name', 'pbs', 403, 'permission check failed', 'forbidden'],
  ['PBS: missing right as 400', 'pbs', 400, "missing permissions 'Datastore.Modify' on '/datastore/main'", 'forbidden', 'Datastore.Modify', '/datastore/main'],
  ['PBS: missing right as 400, in one of two', 'pbs', 400, 'permission check failed', 'forbidden'],
  ['PBS: missing right as 401', 'pbs', 401, "pve@pbs!home does not have permission to change owner of backup group 'ct/101' to x", 'forbidden'],
  ['PBS: a task of somebody else', 'pbs', 400, 'task access not allowed', 'forbidden'],
  ['PBS: a group of somebody else', 'pbs', 400, 'backup owner check failed (pve@pbs!other != pve@pbs!home)', 'forbidden'],
  ['PBS: no such datastore', 'pbs', 400, "no such datastore 'nope'", 'missing'],
  ['PBS: no such namespace', 'pbs', 400, 'ENOENT: No such file or directory', 'missing'],
  ['PBS: no such parent', 'pbs', 400, "cannot create new namespace, parent missing doesn't already exists", 'missing'],
  ['PBS: no such snapshot', 'pbs', 400, 'snapshot vm/120/2026-10-14T01:10:01Z does not exist!', 'missing'],
  ['PBS: no such user', 'pbs', 400, "user 'nobody@pbs' is inactive or non-existent", 'missing'],
  ['PBS: no such call', 'pbs', 404, "Path '/api2/json/nowhere' not found.", 'missing'],
  ['PBS: parameter', 'pbs', 400, "parameter verification failed - 'keep-daily': value must have a minimum value of 1 (got 0)", 'invalid'],
  ['PBS: variant', 'pbs', 400, 'unknown variant `lxc`, expected one of `vm`, `ct`, `host`', 'invalid'],
  ['PBS: depth', 'pbs', 400, 'namespace too deep, 7 >= max 7', 'invalid'],
  ['PBS: exists already', 'pbs', 400, "parameter verification failed - 'id': job 'hf-tier-1' already exists.", 'conflict'],
  ['PBS: changed by another', 'pbs', 400, 'detected modified configuration - file changed by other user? Try again.', 'conflict'],
  ['PBS: protected', 'pbs', 400, 'failed to delete snapshot - cannot remove protected snapshot', 'conflict'],
  ['PBS: a lock as a print of its memory', 'pbs', 400, `while updating the protection status of snapshot 'BackupDir { store: "main" }'`, 'busy'],
  ['PBS: a lock by name', 'pbs', 400, 'unable to acquire backup group lock "/run/x"', 'busy'],
  ['PBS: collection runs', 'pbs', 400, 'Start GC failed - (already running/locked)', 'busy'],
  ['PBS: privileged daemon is down', 'pbs', 400, 'client error (Connect)', 'down'],
  ['PBS: maintenance', 'pbs', 400, "datastore 'vault' is unavailable: offline maintenance mode: disk swap", 'down'],
  ['PBS: disk full', 'pbs', 400, 'No space left on device (os error 28)', 'failed'],
  ['PBS: anything else', 'pbs', 400, 'something new', 'invalid'],
  ['PBS: proxy before it', 'pbs', 502, '<html>bad gateway</html>', 'down'],
  ['PBS: locked, by status', 'pbs', 423, '', 'busy'],
  ['PBS: too many calls', 'pbs', 429, '', 'busy'],
  ['PVE: login', 'pve', 401, '', 'refused'],
  ['PVE: login, in words', 'pve', 401, JSON.stringify({ message: 'invalid token value!', data: null }), 'refused'],
  ['PVE: missing right', 'pve', 403, JSON.stringify({ message: 'Permission check failed (/pool/x1, Pool.Allocate)\n', data: null }), 'forbidden', 'Pool.Allocate', '/pool/x1'],
  ['PVE: missing right without path', 'pve', 403, JSON.stringify({ message: 'Permission check failed (, Pool.Allocate)\n' }), 'forbidden', 'Pool.Allocate'],
  ['PVE: only for root', 'pve', 403, JSON.stringify({ message: 'Permission check failed (user != root@pam)\n' }), 'forbidden'],
  ['PVE: a missing pool as 403', 'pve', 403, JSON.stringify({ message: "Permission check failed (pool 'nope' does not exist)\n" }), 'missing'],
  ['PVE: parameter', 'pve', 400, JSON.stringify({ message: 'Parameter verification failed.\n', errors: { colour: 'property is not defined in schema' } }), 'invalid'],
  ['PVE: 400 inside a 500', 'pve', 500, JSON.stringify({ message: "400 Parameter verification failed.\npool: option conflicts with option 'vmid'\n" }), 'invalid'],
  ['PVE: a missing job inside a 500', 'pve', 500, JSON.stringify({ message: "400 Parameter verification failed.\nid: No such job 'hf-gone'\n" }), 'missing'],
  ['PVE: a missing job as a parameter', 'pve', 400, JSON.stringify({ message: 'Parameter verification failed.\n', errors: { id: "No such job 'hf-gone'" } }), 'missing'],
  ['PVE: a missing task', 'pve', 400, JSON.stringify({ message: 'Parameter verification failed.\n', errors: { upid: 'no such task' } }), 'missing'],
  ['PVE: a missing guest', 'pve', 500, JSON.stringify({ message: "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist\n" }), 'missing'],
  ['PVE: a missing node', 'pve', 500, JSON.stringify({ message: "hostname lookup 'other' failed - failed to get address info\n" }), 'missing'],
  ['PVE: no such call', 'pve', 501, JSON.stringify({ message: "Method 'GET /nowhere' not implemented" }), 'missing'],
  ['PVE: exists already', 'pve', 500, JSON.stringify({ message: "create storage failed: storage ID 'pbs-tier-1' already defined\n" }), 'conflict'],
  ['PVE: in another pool', 'pve', 500, JSON.stringify({ message: "update pools failed: VM 101 belongs already to pool 'tier-1' and 'allow-move' is not set\n" }), 'conflict'],
  ['PVE: not a member', 'pve', 500, JSON.stringify({ message: 'update pools failed: VM 104 is not a pool member\n' }), 'missing'],
  ['PVE: guest is locked', 'pve', 500, JSON.stringify({ message: 'VM is locked (backup)\n' }), 'busy'],
  ['PVE: file lock', 'pve', 500, JSON.stringify({ message: "can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout\n" }), 'busy'],
  ['PVE: no quorum', 'pve', 500, JSON.stringify({ message: 'cluster not ready - no quorum?\n' }), 'down'],
  ['PVE: node behind it is down', 'pve', 595, '', 'down'],
  ['PVE: connection behind it broke', 'pve', 596, '', 'down'],
  ['PVE: PBS is down', 'pve', 500, JSON.stringify({ message: "pbs: error fetching datastores - 500 Can't connect to 127.0.0.1:8007 (Connection refused)\n" }), 'down'],
  ['PVE: PBS shows another certificate', 'pve', 500, JSON.stringify({ message: "create storage failed: pbs-fp: error fetching datastores - fingerprint '45:20' not verified, abort!\n" }), 'untrusted'],
  ['PVE: PBS refuses its login', 'pve', 500, JSON.stringify({ message: 'create storage failed: pbs-pw: error fetching datastores - 401 Unauthorized\n' }), 'refused'],
  ['PVE: agent does not run', 'pve', 500, JSON.stringify({ message: 'QEMU guest agent is not running\n' }), 'failed'],
  ['PVE: a redirect', 'pve', 302, 'redirects to https://login', 'garbled'],
]; // prettier-ignore

for (const [name, product, status, body, kind, privilege, path] of CASES) {
  test(`meaning of a refusal: ${name}`, () => {
    const error = explainAnswer({ server: 'x', product, call: 'GET /x', status, reason: '', body });
    expect([error.kind, error.privilege, error.path]).toEqual([kind, privilege, path]);
    expect(error.fix).not.toBe('');
  });
}

test('meaning of a refusal: the reason of the status line serves where the body is empty', () => {
  const error = explainAnswer({ server: 'pve', product: 'pve', call: 'GET /x', status: 595, reason: 'No route to host', body: '' });
  expect(error.detail).toBe('No route to host');
});

test('meaning of a refusal: a page of a proxy becomes one short line', () => {
  const error = explainAnswer({
    server: 'pbs',
    product: 'pbs',
    call: 'GET /x',
    status: 502,
    reason: 'Bad Gateway',
    body: `<html>\n\u001b[31m${'x'.repeat(10_000)}`,
  });
  expect(error.detail).toHaveLength(401);
});

/** Endings that leave no doubt: any other kind for a text with one of them is wrong. */
const CERTAIN: readonly (readonly [RegExp, string])[] = [
  [/missing permissions|permission check failed(?! \(pool)|task access not allowed|does not have permission|owner check/i, 'forbidden'],
  [/authentication failed|No ticket/, 'refused'],
  [/^no such|No such job|no such task|does not exist(?!.*parent)|not implemented/, 'missing'],
  [/(?<!doesn't )already (?:exists\.?$|defined|a pool member)|detected modified/, 'conflict'],
  [/parameter verification failed - '(?!.*already exists)/, 'invalid'],
];

const shared = sharedFolder();
test.skipIf(!shared)('every refusal that was recorded has a kind, and the certain ones theirs', () => {
  type Recorded = { method?: string; path: string; status: number; reason: string | null; body: unknown };
  const folder = join(shared!, 'samples/real');
  let seen = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    for (const { method, path, status, reason, body } of JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded[]) {
      if (method === undefined || body === undefined || status < 400) continue;
      seen++;
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const error = explainAnswer({
        server: 'x',
        product: file.startsWith('pve') ? 'pve' : 'pbs',
        call: `${method} ${path}`,
        status,
        reason: reason ?? '',
        body: text,
      });
      const certain = CERTAIN.find(([when]) => when.test(error.detail));
      if (certain) expect(`${error.kind}: ${error.detail}`).toBe(`${certain[1]}: ${error.detail}`);
      expect(error.detail).not.toBe('');
    }
  }
  expect(seen).toBeGreaterThan(100);
});

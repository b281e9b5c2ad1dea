import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NOW } from '#test/make.ts';
import { makePolicyEditor } from './editor.ts';

const MAIN = `holdfast: 1
include: [tiers/prod.yaml]
sites:
  home:
    timeZone: Europe/Vienna
    pve: { url: "https://pve.lan:8006", token: "env:PVE" }
    pbs: { url: "https://pbs.lan:8007", token: "env:PBS", datastore: main, namespace: home }
assign:
  - { tier: 1, guests: [postgres] }
`;
const TIER = `tiers:
  1: { name: Critical, rpo: 24h, grace: 2h, rto: 4h, retention: 30d, schedule: "04:00" }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-editor-'));
  mkdirSync(join(folder, 'tiers'));
  writeFileSync(join(folder, 'holdfast.yaml'), MAIN);
  writeFileSync(join(folder, 'tiers/prod.yaml'), TIER);
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const editor = () => makePolicyEditor({ flag: undefined, env: {}, cwd: folder, now: () => NOW });
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const weaker = { path: 'tiers/prod.yaml', text: TIER.replace('24h', '7d') };

test('reads the main file first and those it includes, with a version that changes with any of them', async () => {
  const first = await editor().read();
  expect(first).toMatchObject({
    editable: true,
    files: [
      { path: 'holdfast.yaml', text: MAIN },
      { path: 'tiers/prod.yaml', text: TIER },
    ],
  });
  expect(first.policy?.tiers[0]?.rpoSeconds).toBe(86_400);
  writeFileSync(join(folder, 'tiers/prod.yaml'), `${TIER}# once more\n`);
  expect((await editor().read()).version).not.toBe(first.version);
});

test('a check sees the policy as if it were saved, and writes nothing', async () => {
  const checked = await editor().check([weaker]);
  if ('unknown' in checked) throw new Error(checked.unknown);
  expect(checked.policy?.tiers[0]?.rpoSeconds).toBe(7 * 86_400);
  const broken = await editor().check([{ path: 'tiers/prod.yaml', text: TIER.replace('24h', 'daily') }]);
  if ('unknown' in broken) throw new Error(broken.unknown);
  expect(broken.policy).toBeUndefined();
  expect(broken.findings[0]).toMatchObject({ code: 'HF-VALUE', place: { file: 'tiers/prod.yaml', line: 2 } });
  expect(read('tiers/prod.yaml')).toBe(TIER);
});

test('a check reads no file that the policy does not have: not by a path, not by an include, not above its folder', async () => {
  writeFileSync(join(folder, 'private.yaml'), 'password: hunter2\n');
  expect(await editor().check([{ path: 'private.yaml', text: '' }])).toEqual({ unknown: 'private.yaml' });
  for (const named of ['private.yaml', '/etc/passwd', '../x.yaml']) {
    const checked = await editor().check([{ path: 'holdfast.yaml', text: MAIN.replace('tiers/prod.yaml', named) }]);
    expect(JSON.stringify(checked)).not.toMatch(/hunter2|root:/);
    expect('findings' in checked && checked.findings.map(({ code }) => code)).toContain('HF-INCLUDE');
  }
});

test('writes what changed, keeps mode and owner, and leaves nothing beside it', async () => {
  chmodSync(join(folder, 'tiers/prod.yaml'), 0o640);
  const before = statSync(join(folder, 'holdfast.yaml'));
  const { version } = await editor().read();
  const written = await editor().write(version!, [{ path: 'holdfast.yaml', text: MAIN }, weaker]);
  expect(written).toEqual({ outcome: 'written', version: (await editor().read()).version });
  expect(read('tiers/prod.yaml')).toBe(weaker.text);
  expect(statSync(join(folder, 'tiers/prod.yaml')).mode & 0o777).toBe(0o640);
  expect(statSync(join(folder, 'holdfast.yaml')).ino).toBe(before.ino);
  expect(readdirSync(join(folder, 'tiers'))).toEqual(['prod.yaml']);
});

test('writes nothing over what somebody changed meanwhile, nor a file of another name, nor what is too large', async () => {
  const { version } = await editor().read();
  expect(await editor().write(version!, [{ path: '../holdfast.yaml', text: 'x' }])).toMatchObject({ outcome: 'refused' });
  expect(await editor().write(version!, [{ path: 'holdfast.yaml', text: '#'.repeat(600_000) }])).toMatchObject({ outcome: 'refused' });
  writeFileSync(join(folder, 'holdfast.yaml'), `${MAIN}# by hand\n`);
  expect(await editor().write(version!, [weaker])).toMatchObject({ outcome: 'changed' });
  expect(read('tiers/prod.yaml')).toBe(TIER);
});

test('says why it may not write: a link, a secret that is written out, no file', async () => {
  rmSync(join(folder, 'tiers/prod.yaml'));
  writeFileSync(join(folder, 'prod-v2.yaml'), TIER);
  symlinkSync('../prod-v2.yaml', join(folder, 'tiers/prod.yaml'));
  const linked = await editor().read();
  expect(linked).toMatchObject({ editable: false, because: expect.stringContaining('is a link') });
  expect(await editor().write(linked.version!, [weaker])).toMatchObject({ outcome: 'refused' });
  rmSync(join(folder, 'tiers/prod.yaml'));
  writeFileSync(join(folder, 'tiers/prod.yaml'), `${TIER}# token: 01234567-89ab-cdef-0123-456789abcdef\n`);
  const secret = await editor().read();
  expect(secret).toMatchObject({ editable: false, because: expect.stringContaining('a secret is written out in tiers/prod.yaml') });
  expect(JSON.stringify(secret.files)).not.toContain('456789abcdef');
  rmSync(join(folder, 'holdfast.yaml'));
  expect(await editor().read()).toMatchObject({ editable: false, because: 'there is no policy file', files: [] });
});

test('says why it may not write: the right is missing, which root never misses', async () => {
  const said = (because: string) => (process.getuid?.() === 0 ? { editable: true } : { editable: false, because });
  chmodSync(join(folder, 'holdfast.yaml'), 0o400);
  expect(await editor().read()).toMatchObject(said('holdfast.yaml may not be written by this user'));
  chmodSync(join(folder, 'holdfast.yaml'), 0o600);
  chmodSync(folder, 0o500);
  expect(await editor().read()).toMatchObject(said('the folder of holdfast.yaml may not be written by this user'));
});

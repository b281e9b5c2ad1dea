import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';
import { makePolicySource } from '#config/policy-source.ts';
import { runHere, type Ran } from '#test/cli.ts';
import { startTestServer, type TestServer } from '#test/https.ts';
import { startScenario } from './scenario.ts';

// A cluster of which two nodes are named: each shows a certificate of its own, and what the second does not know it asks the lab.

const scenario = await startScenario('adr-005');
const { lab } = scenario;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-addresses-'));
const second = await startTestServer((question, response) => {
  const { method, url, headers, text } = question;
  const forwarded = request(
    `${lab.pve.url}${url}`,
    { method, headers: { ...headers, host: 'pve' }, rejectUnauthorized: false },
    (answer) => {
      response.writeHead(answer.statusCode!, answer.statusMessage, answer.headers);
      answer.pipe(response);
    },
  );
  forwarded.end(text);
});
afterAll(async () => {
  await second.close();
  rmSync(folder, { recursive: true });
});
const file = join(folder, 'holdfast.yaml');
const GONE = 'https://127.0.0.1:9';

type Node = Pick<TestServer, 'url' | 'fingerprint'>;

/** The scenario's policy with these addresses of PVE. */
function write(urls: readonly string[], pins: readonly (readonly [string, string])[]): void {
  const list = urls.map((url) => `"${url}"`).join(', ');
  const map = pins.map(([url, pin]) => `"${url}": "${pin}"`).join(', ');
  const text = scenarioPolicy('adr-005', lab)!;
  writeFileSync(
    file,
    text.replace(`pve: { url: "${lab.pve.url}", fingerprint: "${lab.pve.fingerprint}"`, `pve: { url: [${list}], fingerprint: { ${map} }`),
  );
}

const pin = ({ url, fingerprint }: Node): readonly [string, string] => [url, fingerprint];

function holdfast(line: string): Promise<Ran> {
  const now = (): number => lab.world.now;
  const policySource = makePolicySource({ flag: file, env: {}, cwd: folder, now });
  return runHere(line.split(' '), { nowAt: now(), ports: { ...scenario.ports, policySource } });
}

test('two nodes with a certificate each: both are trusted, and the second is asked when the first is gone', async () => {
  write([lab.pve.url, second.url], [pin(lab.pve), pin(second)]);
  expect((await holdfast('doctor')).code).toBe(0);
  expect(second.requests).toEqual([]);
  write([GONE, second.url], [[GONE, lab.pve.fingerprint], pin(second)]);
  expect((await holdfast('plan')).out).toContain('to create');
  expect(second.requests.length).toBeGreaterThan(5);
});

test('one node with the other’s certificate gets no byte', async () => {
  second.requests.length = 0;
  write([second.url, lab.pve.url], [[second.url, lab.pve.fingerprint], pin(lab.pve)]);
  const { out } = await holdfast('plan');
  expect(out.replaceAll(/\s+/g, ' ')).toContain(`the certificate's fingerprint is ${second.fingerprint}`);
  expect(second.requests).toEqual([]);
});

test('doctor looks at the addresses that are only there for later', async () => {
  write([lab.pve.url, second.url, GONE], [pin(lab.pve), [second.url, lab.pve.fingerprint], [GONE, lab.pve.fingerprint]]);
  const { code, out } = await holdfast('doctor');
  expect(code).toBe(1);
  expect(out).toMatch(new RegExp(`error HF-CERTIFICATE at home: pve\\n.*${second.url} is not to be trusted`));
  expect(out).toMatch(new RegExp(`warning HF-UNREACHABLE at home: pve\\n.*${GONE} does not answer`));
});

test('trust prints what to write for all addresses of the server, and following it is enough', async () => {
  write([lab.pve.url, second.url], [pin(lab.pve)]);
  expect((await holdfast('check')).out).toContain(`"${second.url}" has no fingerprint`);
  const { code, out } = await holdfast(`trust ${second.url}`);
  expect([code, out]).toEqual([0, expect.stringContaining(`under sites.home.pve:\n    fingerprint:\n`)]);
  const pins = [...out.matchAll(/^ {6}"(\S+)": "(\S+)"$/gm)].map(([, url, one]) => [url!, one!] as const);
  write([lab.pve.url, second.url], pins);
  expect((await holdfast('doctor')).code).toBe(0);
  expect((await holdfast(`trust ${second.url}`)).out).toContain('This is the certificate that sites.home.pve pins.');
});

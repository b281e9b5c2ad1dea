import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { stateFolder } from '#store/folder.ts';
import { run } from '../src/main.ts';
import { freeAddress } from './demo/address.ts';
import { captured } from './demo/captured.ts';
import { fastTimers } from './demo/fast.ts';
import { freshFolder, writeDemo } from './demo/folder.ts';
import { happeningsOf } from './demo/happenings.ts';
import { LIVED_DAYS, presentAt } from './demo/history.ts';
import { startReceiver } from './demo/receiver.ts';
import { summary } from './demo/summary.ts';
import { liveYear } from './demo/year.ts';
import { startLab } from './lab.ts';

/*
 * What `npm start` runs: the fleet of ADR-005 in a lab on loopback, proved, planned and applied; a year of it, watched; then the daemon with
 * its dashboard, in a world whose time runs fast. `--exit` ends it before the daemon; `--at 2026-11-25` has it happen on another day, and
 * `--days 100` after a shorter time.
 */

const { values: given } = parseArgs({ options: { exit: { type: 'boolean' }, at: { type: 'string' }, days: { type: 'string' } } });

/** An hour in a minute: one sees nights come and go, and has time to read. */
const RATE = 60;
/** What is worth trying next. */
const FURTHER = ['status', 'explain postgres', 'history postgres', 'capacity'];

const began = Date.now();
const present = presentAt(Math.floor((given.at === undefined ? began : Date.parse(`${given.at}T12:00Z`)) / 1000));
const folder = await freshFolder(join(stateFolder(process.env), 'demo'));
const lab = await startLab({ scenario: 'adr-005', now: present - Number(given.days ?? LIVED_DAYS) * 86_400 });
const receiver = await startReceiver();
const policy = writeDemo(folder, lab, receiver.url);
Object.assign(process.env, { HOLDFAST_POLICY: policy, HOLDFAST_STATE: folder });
const overrides = { clock: { now: lab.now } };

say(`A Proxmox VE at ${lab.pve.url} and a Proxmox Backup Server at ${lab.pbs.url} are up. These two are simulated; the rest is not.
Eight guests: Postgres, PBS, Ollama and Sandbox, each with its data VM. No pools, no jobs, no backups yet.`);
await step('Does the policy of ADR-005 add up?', ['check']);
await plan();
if ((await step('Make it so.', ['apply', '--yes', '--quiet'])) !== 0) await end(1);
say(`${given.days ?? LIVED_DAYS} days go by, in which PVE and PBS do what their jobs tell them, and Holdfast watches.`);
await liveYear({ lab, policy, endAt: present, happenings: happeningsOf(present) });
await step('How does each guest stand?', ['status']);
say(`All that took ${Math.ceil((Date.now() - began) / 1000)} s.`);
if (given.exit) await end(0);

lab.flow(RATE);
const clock = {
  HOLDFAST_DEMO_CLOCK: [lab.now() * 1000, Date.now(), RATE].join(','),
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'demo/clock.mjs'))}`,
};
// Children of the daemon live in the same time.
Object.assign(process.env, clock);
const listen = await freeAddress(process.env['HOLDFAST_LISTEN'] || '127.0.0.1:8470');
say(`From now on an hour takes a minute there. In another terminal, in this folder:

${Object.entries({ HOLDFAST_POLICY: policy, HOLDFAST_STATE: folder, ...clock })
  .map(([name, value]) => `    export ${name}='${value}'`)
  .join('\n')}
${FURTHER.map((words) => `    npm run holdfast -- ${words}`).join('\n')}

Until Ctrl-C the daemon watches, with its dashboard at http://${listen}/
$ holdfast serve --listen ${listen}`);
await end(await run(['serve', '--listen', listen], { ...overrides, timers: fastTimers(RATE) }));

async function end(exitCode: number): Promise<never> {
  receiver.close();
  await lab.close();
  process.exit(exitCode);
}

async function plan(): Promise<void> {
  const { text, exitCode } = await captured((streams) => run(['plan', '--json'], overrides, streams));
  say(`What must change on the servers for it to hold?\n$ holdfast plan`);
  console.log(exitCode === 0 ? summary(JSON.parse(text)) : text);
}

function step(title: string, words: readonly string[]): Promise<number> {
  say(`${title}\n$ holdfast ${words.join(' ')}`);
  return run(words, overrides);
}

function say(text: string): void {
  console.log(`\n${text}`);
}

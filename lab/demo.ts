import { join } from 'node:path';
import { COMMANDS } from '#cli/commands.ts';
import { stateFolder } from '#store/folder.ts';
import { run } from '../src/main.ts';
import { freeAddress } from './demo/address.ts';
import { freshFolder, writeDemo } from './demo/folder.ts';
import { beforeLastQuarter } from './demo/history.ts';
import { captured } from './demo/captured.ts';
import { summary } from './demo/summary.ts';
import { startLab } from './lab.ts';

/*
 * What `npm start` runs: the fleet of ADR-005 in a lab on loopback, proved, planned, applied and reported on, then watched by the
 * daemon, with the lab there for commands from another terminal. `--exit` ends it after the first screen.
 */

/** What is worth trying next. */
const FURTHER = ['status', 'explain postgres', 'doctor', 'plan'];

const realNow = () => Math.floor(Date.now() / 1000);
const began = Date.now();

const folder = await freshFolder(join(stateFolder(process.env), 'demo'));
// The lab begins in the past and arrives at now: from then on it goes with real time, and so commands from elsewhere fit.
const lab = await startLab({ scenario: 'adr-005', clock: 'real', now: beforeLastQuarter(realNow()) });
const policy = writeDemo(folder, lab);
Object.assign(process.env, { HOLDFAST_POLICY: policy, HOLDFAST_STATE: folder });
const overrides = { clock: { now: () => lab.world.now } };

say(`A Proxmox VE at ${lab.pve.url} and a Proxmox Backup Server at ${lab.pbs.url} are up. These two are simulated; the rest is not.
Eight guests: Postgres, PBS, Ollama and Sandbox, each with its data VM. No pools, no jobs, no backups yet.`);
await step('Does the policy of ADR-005 add up?', ['check']);
await plan();
if ((await step('Make it so.', ['apply', '--yes', '--quiet'])) !== 0) await end(1);
const days = Math.round((realNow() - lab.world.now) / 86_400);
lab.advance(Math.max(0, realNow() - lab.world.now));
say(`${days} days go by, in which PVE and PBS do what their jobs tell them.`);
await step('How does each guest stand?', ['status']);
say(`All that took ${Math.ceil((Date.now() - began) / 1000)} s. The lab is on real time from now on. In another terminal, in this folder:

    export HOLDFAST_POLICY='${policy}' HOLDFAST_STATE='${folder}'
${FURTHER.filter((words) => isThere(words.split(' ')[0]!))
  .map((words) => `    npm run holdfast -- ${words}`)
  .join('\n')}
    npm run holdfast -- --help`);
if (process.argv.includes('--exit')) await end(0);

const listen = await freeAddress(process.env['HOLDFAST_LISTEN'] || '127.0.0.1:8470');
say(`Until Ctrl-C the daemon watches. It tells how it is at http://${listen}/healthz, and for Prometheus at http://${listen}/metrics.
$ holdfast serve --listen ${listen}`);
await end(await run(['serve', '--listen', listen]));

async function end(exitCode: number): Promise<never> {
  await lab.close();
  process.exit(exitCode);
}

async function plan(): Promise<void> {
  const { text, exitCode } = await captured((streams) => run(['plan', '--json'], overrides, streams));
  say(`What must change on the servers for it to hold?\n$ holdfast plan`);
  console.log(exitCode === 0 ? summary(JSON.parse(text)) : text);
}

async function step(title: string, words: readonly string[]): Promise<number> {
  if (!isThere(words[0]!)) return 0;
  say(`${title}\n$ holdfast ${words.join(' ')}`);
  return run(words, overrides);
}

function isThere(command: string): boolean {
  return COMMANDS.some(({ name }) => name === command);
}

function say(text: string): void {
  console.log(`\n${text}`);
}

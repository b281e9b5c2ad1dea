import { parseArgs } from 'node:util';
import { startLab } from './lab.ts';
import { SCENARIOS } from './scenarios/scenarios.ts';
import { scenarioPolicy } from './scenarios/policies.ts';
import { writePolicy } from './scenarios/write.ts';

const { values } = parse();

function parse() {
  const options = {
    scenario: { type: 'string', default: 'empty' },
    pve: { type: 'string', default: '8006' },
    pbs: { type: 'string', default: '8007' },
    now: { type: 'string' },
    policy: { type: 'string' },
    clock: { type: 'string', default: 'real' },
  } as const;
  try {
    return parseArgs({ options });
  } catch (error) {
    return stumble((error as Error).message.split('. ')[0]!);
  }
}

const whole = { pve: values.pve, pbs: values.pbs, ...(values.now === undefined ? {} : { now: values.now }) };
for (const [name, value] of Object.entries(whole)) if (!/^\d+$/.test(value)) stumble(`--${name} takes a whole number, not '${value}'`);
if (!(values.scenario in SCENARIOS)) stumble(`there is no scenario '${values.scenario}'; there are: ${Object.keys(SCENARIOS).join(', ')}`);
if (!['real', 'still'].includes(values.clock)) stumble(`--clock is real or still, not '${values.clock}'`);

const options = {
  scenario: values.scenario,
  pvePort: Number(values.pve),
  pbsPort: Number(values.pbs),
  clock: values.clock === 'still' ? 'still' : 'real',
  now: values.now === undefined ? Math.floor(Date.now() / 1000) : Number(values.now),
} as const;
const lab = await startLab(options).catch((error: unknown) => {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    stumble(`a port is taken (${error.message}); choose others with --pve and --pbs, 0 for any that is free`);
  }
  throw error;
});
const text = scenarioPolicy(values.scenario, lab);
const policy = values.policy === undefined || text === undefined ? {} : { policy: writePolicy(values.policy, lab, text) };
console.log(JSON.stringify({ pve: lab.pve, pbs: lab.pbs, servers: lab.servers, ...policy }));
const stop = () => void lab.close();
process.once('SIGINT', stop).once('SIGTERM', stop);

function stumble(problem: string): never {
  console.error(`lab: ${problem}`);
  process.exit(2);
}

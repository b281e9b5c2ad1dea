import { parseArgs } from 'node:util';
import { startLab } from './lab.ts';
import { scenarioPolicy } from './scenarios/policies.ts';
import { writePolicy } from './scenarios/write.ts';

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'empty' },
    pve: { type: 'string', default: '8006' },
    pbs: { type: 'string', default: '8007' },
    now: { type: 'string' },
    policy: { type: 'string' },
    clock: { type: 'string', default: 'real' },
  },
});

const lab = await startLab({
  scenario: values.scenario,
  pvePort: Number(values.pve),
  pbsPort: Number(values.pbs),
  clock: values.clock === 'still' ? 'still' : 'real',
  now: values.now === undefined ? Math.floor(Date.now() / 1000) : Number(values.now),
});
const text = scenarioPolicy(values.scenario, lab);
const policy = values.policy === undefined || text === undefined ? {} : { policy: writePolicy(values.policy, lab, text) };
console.log(JSON.stringify({ pve: lab.pve, pbs: lab.pbs, servers: lab.servers, ...policy }));
const stop = () => void lab.close();
process.once('SIGINT', stop).once('SIGTERM', stop);

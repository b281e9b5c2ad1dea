/**
 * All benchmarks one after the other, each in a process of its own, and one table at the end. Only ratios and memory are held against
 * limits: both sides of a ratio are measured in the same run, so it says the same on a slow machine.
 * Run: npm run bench
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { columns } from '#cli/views/columns.ts';
import { isMet, spellLimit, spellValue, type Result } from './result.ts';

const BENCHES = ['calendar', 'prune', 'proof', 'plan', 'observe', 'cost', 'daemon', 'ingest', 'overview', 'web-size'];

const results: Result[] = [];
const broken: string[] = [];
for (const bench of BENCHES) {
  console.log(`\n${bench}`);
  const child = fork(new URL(`${bench}.ts`, import.meta.url));
  const told: Result[] = [];
  child.on('message', (result) => void told.push(result as Result));
  const [code] = (await once(child, 'exit')) as [number | null];
  results.push(...told);
  if (told.length === 0 || (code !== 0 && told.every(isMet))) broken.push(bench);
}

const rows = results.map((result) => [
  result.name,
  spellValue(result),
  spellLimit(result),
  isMet(result) ? 'met' : 'MISSED',
  result.measured,
]);
console.log(`\n${columns([['what', 'measured', 'limit', '', 'how'], ...rows])}`);
const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}`;
console.log(`\nOn ${machine}.`);
for (const bench of broken) console.log(`bench/${bench}.ts failed.`);
process.exitCode = broken.length === 0 && results.every(isMet) ? 0 : 1;

import { startLab } from '#lab/lab.ts';
import { addSnapshot } from '#lab/pbs/state.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';
import { secretsOf, SECRET_NAMES } from '#lab/scenarios/policy.ts';

/** The lab of `observe.ts` and `daemon.ts`, in a process of its own: its memory and its work are not those of Holdfast. */
const scenario = process.argv[2] ?? 'fleet-10k';
const lab = await startLab({ scenario });
const secrets = secretsOf(lab);
process.send?.({
  pve: lab.pve,
  pbs: lab.pbs,
  now: lab.world.now,
  policy: scenarioPolicy(scenario, lab),
  secrets,
  tokens: { pve: secrets[SECRET_NAMES.pve], pbs: secrets[SECRET_NAMES.pbs] },
});

/** One group in a hundred gets a new point. */
process.on('message', () => {
  const namespaces = Object.values(lab.world.pbs['pbs']!.datastores['main']!.namespaces);
  const groups = namespaces.flatMap((namespace) => Object.values(namespace.groups)).filter((_, i) => i % 100 === 0);
  for (const group of groups) {
    const newest = group.snapshots.at(-1)!;
    addSnapshot(group, { time: newest.time + 1, files: newest.files });
  }
  process.send?.({ changed: groups.length });
});
process.on('disconnect', () => process.exit(0));

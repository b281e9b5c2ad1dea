import { DAY_SECONDS } from '#core/units.ts';
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
  groups: groupsOf(),
  tokens: { pve: secrets[SECRET_NAMES.pve], pbs: secrets[SECRET_NAMES.pbs] },
});

/** A group as the year before it is told by: how often it got a point, and since when its points are there. */
export type FleetGroup = {
  readonly namespace: string;
  readonly id: string;
  readonly tier: number;
  readonly everySeconds: number;
  readonly oldestAt: number;
};

function groupsOf(): readonly FleetGroup[] {
  const { namespaces } = lab.world.pbs['pbs']!.datastores['main']!;
  return Object.entries(namespaces).flatMap(([namespace, { groups }]) =>
    Object.values(groups).flatMap(({ id, snapshots: [first, second] }): FleetGroup[] => {
      const tier = Number(namespace.split('-').at(-1));
      if (!first || !second) return [];
      const everySeconds = Math.max(1, Math.round((second.time - first.time) / DAY_SECONDS)) * DAY_SECONDS;
      return [{ namespace, id, tier, everySeconds, oldestAt: first.time }];
    }),
  );
}

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

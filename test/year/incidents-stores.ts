import type { Incident } from './incident.ts';

const DAY_HOURS = 24;

/** What happens to datastores, points and the jobs of PBS. */
export const STORE_INCIDENTS: readonly Incident[] = [
  {
    name: 'somebody deletes the five newest points of a guest',
    site: 'office',
    hours: 12,
    tells: ['HF-POINT-GONE'],
    also: ['HF-LATE'],
    by: 'look',
    begin: ({ group }) => {
      group(1, 101).snapshots.splice(-5);
      return () => {};
    },
  },
  {
    name: 'a chunk of the newest point is damaged',
    site: 'office',
    hours: 4 * DAY_HOURS,
    tells: ['HF-CORRUPT'],
    also: ['HF-LATE'],
    by: { hours: 2 * DAY_HOURS },
    begin: ({ group }) => {
      const newest = group(1, 101).snapshots.at(-1)!;
      newest.corrupt = true;
      delete newest.verification;
      return () => {
        delete newest.corrupt;
        delete newest.verification;
      };
    },
  },
  {
    name: 'the datastore is full',
    site: 'both',
    hours: 30,
    tells: ['HF-DATASTORE-FULL', 'HF-FILLS'],
    also: ['HF-LATE', 'HF-FILLS', 'HF-LEFTOVER', 'HF-PRESSURE'],
    by: 'look',
    begin: ({ main }) => {
      const before = main.otherBytes;
      main.otherBytes = main.totalBytes;
      return () => void (main.otherBytes = before);
    },
  },
  {
    name: 'a prune job is set to three days by hand',
    site: 'office',
    hours: 20,
    tells: ['HF-PRUNE-UNDERCUTS'],
    also: ['HF-POINT-GONE'],
    by: 'look',
    begin: ({ pbs }) => {
      const job = pbs.jobs.prune['hf-tier-2']!;
      const keep = job['keep-last']!;
      job['keep-last'] = 3;
      return () => void (job['keep-last'] = keep);
    },
  },
  {
    name: 'a default prune job over the whole datastore',
    site: 'both',
    hours: 6,
    tells: ['HF-PRUNE-UNDERCUTS'],
    by: 'look',
    begin: ({ pbs, lab }) => {
      pbs.jobs.prune['default'] = { id: 'default', store: 'main', schedule: 'sat 23:00', 'keep-last': 2, disable: false };
      pbs.jobRuns['prune:default'] = { changedAt: lab.world.now };
      return () => {
        delete pbs.jobs.prune['default'];
        delete pbs.jobRuns['prune:default'];
      };
    },
  },
  {
    name: 'garbage collection loses its schedule',
    site: 'both',
    hours: 20,
    tells: ['HF-NO-COLLECTION'],
    by: 'look',
    begin: ({ main }) => {
      const schedule = main.config['gc-schedule']!;
      delete main.config['gc-schedule'];
      return () => void (main.config['gc-schedule'] = schedule);
    },
  },
  {
    name: 'the datastore is read-only for maintenance',
    site: 'both',
    hours: 30,
    tells: ['HF-MAINTENANCE'],
    also: ['HF-LATE', 'HF-LOCK-FAILED'],
    by: 'look',
    begin: ({ main }) => {
      main.config['maintenance-mode'] = 'type=read-only';
      return () => void delete main.config['maintenance-mode'];
    },
  },
  {
    name: 'the group of a guest gets another owner',
    site: 'plant',
    hours: 40,
    tells: ['HF-OWNER', 'HF-LATE'],
    also: ['HF-LATE', 'HF-OWNER'],
    by: 'promise',
    begin: ({ group }) => {
      const own = group(1, 101, 'plant');
      const before = own.owner;
      own.owner = 'root@pam';
      return () => void (own.owner = before);
    },
  },
  {
    name: 'the verify job of tier 1 is removed',
    site: 'office',
    hours: 3 * DAY_HOURS,
    tells: ['HF-VERIFY-OLD', 'HF-NO-VERIFY', 'HF-LATE'],
    also: ['HF-VERIFY-OLD'],
    by: { hours: 3 * DAY_HOURS },
    begin: ({ pbs }) => {
      const job = pbs.jobs.verify['hf-tier-1']!;
      delete pbs.jobs.verify['hf-tier-1'];
      return () => void (pbs.jobs.verify['hf-tier-1'] = job);
    },
  },
  {
    name: 'an unfinished snapshot is left behind and cleaned up',
    site: 'plant',
    hours: 8,
    tells: ['HF-LEFTOVER'],
    by: { hours: 4 },
    begin: ({ group, lab }) => {
      const own = group(2, 102, 'plant');
      own.snapshots.push({ time: lab.world.now - 7200, state: 'leftover', files: [], protected: false, newBytes: 0 });
      return () =>
        void own.snapshots.splice(
          own.snapshots.findIndex(({ state }) => state === 'leftover'),
          1,
        );
    },
  },
  {
    name: 'somebody protects a point by hand',
    site: 'office',
    hours: 12,
    tells: [],
    by: 'look',
    begin: ({ group }) => {
      const point = group(4, 104).snapshots.at(-1)!;
      point.protected = true;
      return () => void (point.protected = false);
    },
  },
  {
    name: 'a whole group is destroyed',
    site: 'plant',
    hours: 12,
    tells: ['HF-POINT-GONE', 'HF-LATE'],
    also: ['HF-LATE', 'HF-POINT-GONE'],
    by: 'look',
    begin: ({ main }) => {
      const { groups } = main.namespaces['plant/tier-1']!;
      const own = groups['vm/101']!;
      delete groups['vm/101'];
      return () => void (groups['vm/101'] = own);
    },
  },
  {
    name: 'something else fills the datastore within days',
    site: 'both',
    hours: 8 * DAY_HOURS,
    tells: ['HF-FILLS', 'HF-DATASTORE-FULL'],
    also: ['HF-FILLS', 'HF-DATASTORE-FULL', 'HF-PRESSURE'],
    by: { hours: 8 * DAY_HOURS },
    begin: ({ main }) => {
      const before = main.otherBytes;
      return () => void (main.otherBytes = before);
    },
    hourly: ({ main }) => void (main.otherBytes += main.totalBytes / 220),
  },
];

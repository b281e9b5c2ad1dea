import type { Incident } from './incident.ts';

const DAY_HOURS = 24;

/** What happens to guests, pools and jobs of PVE. */
export const GUEST_INCIDENTS: readonly Incident[] = [
  {
    name: 'a guest stays locked after a snapshot, and each run fails',
    site: 'office',
    hours: 2 * DAY_HOURS,
    tells: ['HF-LATE', 'HF-LOCKED'],
    by: 'promise',
    begin: ({ guest }) => {
      guest(101).config['lock'] = 'snapshot';
      return () => void delete guest(101).config['lock'];
    },
  },
  {
    name: 'somebody empties the pool of tier 1',
    site: 'office',
    hours: 20,
    tells: ['HF-NO-JOB'],
    also: ['HF-LATE', 'HF-POOL-DISAGREES', 'HF-POOL'],
    by: 'look',
    begin: ({ office }) => {
      const pool = office.pools['tier-1']!;
      const members = pool.vmids;
      pool.vmids = [];
      return () => void (pool.vmids = members);
    },
  },
  {
    name: 'somebody disables the job of tier 2',
    site: 'plant',
    hours: 3 * DAY_HOURS,
    tells: ['HF-NO-JOB'],
    also: ['HF-LATE'],
    by: 'look',
    begin: ({ plant }) => {
      plant.jobs['hf-tier-2']!.config['enabled'] = 0;
      return () => void (plant.jobs['hf-tier-2']!.config['enabled'] = 1);
    },
  },
  {
    name: 'the only disk of a guest is left out of the backup',
    site: 'office',
    hours: 30,
    tells: ['HF-DISKLESS'],
    also: ['HF-LATE'],
    by: 'look',
    begin: ({ guest }) => {
      const disk = guest(101).config['scsi0']!;
      guest(101).config['scsi0'] = `${disk},backup=0`;
      return () => void (guest(101).config['scsi0'] = disk);
    },
  },
  {
    name: 'a guest is switched off for a week: it is still backed up',
    site: 'office',
    hours: 7 * DAY_HOURS,
    tells: [],
    by: 'look',
    begin: ({ guest, lab }) => {
      delete guest(104).runningSince;
      return () => void (guest(104).runningSince = lab.world.now);
    },
  },
  {
    name: 'a second job writes into a group of tier 1',
    site: 'plant',
    hours: 30,
    tells: ['HF-TWO-JOBS'],
    also: ['HF-SCHEDULE-DENSE'],
    by: 'look',
    begin: ({ plant, lab }) => {
      plant.jobs['second'] = {
        config: { enabled: 1, vmid: '101', storage: 'pbs-tier-1', schedule: '13:00', mode: 'snapshot' },
        consideredAt: lab.world.now,
      };
      return () => void delete plant.jobs['second'];
    },
  },
  {
    name: 'the schedule of tier 1 becomes one that never comes',
    site: 'office',
    hours: 20,
    tells: ['HF-JOB-NEVER', 'HF-CALENDAR-NEVER', 'HF-NO-JOB'],
    also: ['HF-LATE'],
    by: { hours: 2 },
    begin: ({ office, lab }) => {
      const job = office.jobs['hf-tier-1']!;
      const { schedule } = job.config;
      job.config['schedule'] = '2-31 04:00';
      delete job.dueAt;
      return () => {
        job.config['schedule'] = schedule!;
        job.consideredAt = lab.world.now;
        delete job.dueAt;
      };
    },
  },
  {
    name: 'a new guest nobody has given a tier',
    site: 'plant',
    hours: 30,
    tells: ['HF-UNASSIGNED', 'HF-NO-TIER'],
    also: ['HF-NO-JOB'],
    by: 'look',
    begin: ({ plant, guest }) => {
      const model = guest(104, 'plant');
      plant.guests[150] = {
        ...structuredClone(model),
        vmid: 150,
        config: { ...model.config, name: 'newcomer', scsi0: 'local-zfs:vm-150-disk-0,size=4G', tags: '' },
      };
      return () => void delete plant.guests[150];
    },
  },
  {
    name: 'the storage of tier 3 is disabled',
    site: 'plant',
    hours: 30,
    tells: ['HF-STORAGE-OFF'],
    also: ['HF-LATE', 'HF-NO-JOB'],
    by: { hours: 4 },
    begin: ({ plant }) => {
      plant.storages['pbs-tier-3']!.config['disable'] = 1;
      return () => void delete plant.storages['pbs-tier-3']!.config['disable'];
    },
  },
  {
    name: 'somebody adds a prune to the storage of tier 1 on the side of PVE',
    site: 'office',
    hours: 20,
    tells: ['HF-PRUNE-PVE'],
    also: ['HF-PRUNE-UNDERCUTS'],
    by: 'look',
    begin: ({ office }) => {
      const { config } = office.storages['pbs-tier-1']!;
      const before = config['prune-backups']!;
      config['prune-backups'] = 'keep-last=3';
      return () => void (config['prune-backups'] = before);
    },
  },
  {
    name: 'the guest moves into the pool of another tier',
    site: 'office',
    hours: 20,
    tells: ['HF-POOL-DISAGREES', 'HF-POOL', 'HF-NO-JOB'],
    also: ['HF-LATE', 'HF-JOB-ELSEWHERE'],
    by: 'look',
    begin: ({ office }) => {
      const [from, to] = [office.pools['tier-1']!, office.pools['tier-4']!];
      from.vmids = from.vmids.filter((vmid) => vmid !== 101);
      to.vmids.push(101);
      return () => {
        to.vmids = to.vmids.filter((vmid) => vmid !== 101);
        from.vmids.push(101);
      };
    },
  },
  {
    name: 'a backup by hand at noon',
    site: 'plant',
    hours: 4,
    tells: [],
    by: 'look',
    begin: ({ group, lab }) => {
      const { snapshots } = group(3, 103, 'plant');
      const { verification: _, ...newest } = snapshots.at(-1)!;
      snapshots.push({ ...newest, time: lab.world.now, newBytes: 0 });
      return () => {};
    },
  },
  {
    name: 'the job of tier 1 is removed by hand',
    site: 'plant',
    hours: 20,
    tells: ['HF-NO-JOB'],
    also: ['HF-LATE'],
    by: 'look',
    begin: ({ plant, lab }) => {
      const job = plant.jobs['hf-tier-1']!;
      delete plant.jobs['hf-tier-1'];
      return () => void (plant.jobs['hf-tier-1'] = { ...job, consideredAt: lab.world.now });
    },
  },
  {
    name: 'a new disk, left out from its first day',
    site: 'plant',
    hours: 20,
    tells: ['HF-DISK-LEFT-OUT'],
    also: ['HF-LATE'],
    by: 'look',
    begin: ({ guest }) => {
      guest(102, 'plant').config['scsi1'] = 'local-zfs:vm-102-disk-1,size=8G,backup=0';
      return () => void delete guest(102, 'plant').config['scsi1'];
    },
  },
];

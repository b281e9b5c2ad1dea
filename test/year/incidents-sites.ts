import type { Incident, Scene } from './incident.ts';

const DAY_HOURS = 24;

/** Each call of a server is refused until it is mended. */
function down(server: string): (scene: Scene) => () => void {
  return ({ lab }) => {
    const fault = { server, call: '', times: 1e9, kind: 'refused' } as const;
    lab.world.faults.push(fault);
    return () => void lab.world.faults.splice(lab.world.faults.indexOf(fault), 1);
  };
}

/** What happens to servers, logins and clocks. What a look may miss in passing is told by the second; the daemon's pulse, half a minute apart, is not played here. */
export const SITE_INCIDENTS: readonly Incident[] = [
  {
    name: 'PBS is gone for three days',
    site: 'both',
    hours: 3 * DAY_HOURS,
    tells: ['HF-UNREACHABLE', 'HF-UNSEEN'],
    also: ['HF-LATE', 'HF-JOB-DANGLING'],
    by: { hours: 2 },
    begin: ({ lab, ...scene }) => {
      const mend = down('pbs')({ lab, ...scene });
      const restore = [scene.office, scene.plant].map((pve) => {
        const before = Object.entries(pve.storages).filter(([id]) => id.startsWith('pbs-'));
        for (const [, storage] of before) storage.config['server'] = 'gone.example';
        return () => before.forEach(([, storage]) => (storage.config['server'] = scene.pbs.host));
      });
      return () => {
        mend();
        restore.forEach((back) => back());
      };
    },
  },
  {
    name: 'PVE of one site does not answer for a day',
    site: 'plant',
    hours: 20,
    tells: ['HF-UNREACHABLE', 'HF-UNSEEN'],
    by: { hours: 2 },
    begin: down('plant'),
  },
  {
    name: 'the token that watches is revoked on PVE',
    site: 'office',
    hours: 10,
    tells: ['HF-UNSEEN', 'HF-UNREACHABLE', 'HF-LOGIN'],
    by: { hours: 2 },
    begin: ({ office }) => {
      const { tokens } = office.access.users['holdfast@pve']!;
      const token = tokens['audit']!;
      delete tokens['audit'];
      return () => void (tokens['audit'] = token);
    },
  },
  {
    name: 'PVE shows another certificate',
    site: 'office',
    hours: 10,
    tells: ['HF-CERTIFICATE', 'HF-UNSEEN', 'HF-UNREACHABLE'],
    by: { hours: 2 },
    begin: (scene) => {
      scene.expected = Array.from({ length: 32 }, () => 'AB').join(':');
      return () => void (scene.expected = undefined);
    },
  },
  {
    name: 'the clock of PBS jumps by ten minutes',
    site: 'both',
    hours: 12,
    tells: ['HF-CLOCK-DIFFERS'],
    by: { hours: 2 },
    begin: ({ pbs }) => {
      pbs.clockAheadSeconds = 600;
      return () => void (pbs.clockAheadSeconds = 0);
    },
  },
  {
    name: 'the node of one site is down for a night',
    site: 'plant',
    hours: 30,
    tells: ['HF-LATE', 'HF-UNSEEN', 'HF-NODE-DOWN'],
    also: ['HF-JOB-DANGLING'],
    by: 'promise',
    begin: ({ plant }) => {
      const [node] = Object.values(plant.nodes);
      node!.online = false;
      return () => void (node!.online = true);
    },
  },
  {
    name: 'PBS restarts and is away for five minutes between two looks',
    site: 'both',
    hours: 1,
    tells: [],
    by: 'look',
    begin: () => () => {},
  },
  {
    name: 'the zone of PBS is changed',
    site: 'both',
    hours: 12,
    tells: ['HF-ZONE-DIFFERS'],
    also: ['HF-PRUNE-UNDERCUTS'],
    by: 'look',
    begin: ({ pbs }) => {
      const before = pbs.timeZone;
      pbs.timeZone = 'America/New_York';
      return () => void (pbs.timeZone = before);
    },
  },
  {
    name: 'the audit token of PBS loses its right on the datastore',
    site: 'both',
    hours: 12,
    tells: ['HF-UNSEEN'],
    by: { hours: 2 },
    begin: ({ pbs }) => {
      const { acl } = pbs.access;
      const own = acl.filter(({ authId }) => authId === 'holdfast@pbs!audit');
      own.forEach((entry) => acl.splice(acl.indexOf(entry), 1));
      return () => void acl.push(...own);
    },
  },
  {
    name: 'PVE answers slowly, and each look still comes to its end',
    site: 'office',
    hours: 6,
    tells: [],
    by: 'look',
    begin: ({ lab }) => {
      lab.world.settings.latencyMilliseconds = 3;
      return () => void (lab.world.settings.latencyMilliseconds = 0);
    },
  },
  {
    name: 'the login of the storages loses its right, and each backup fails',
    site: 'plant',
    hours: 40,
    tells: ['HF-LATE', 'HF-LOGIN', 'HF-RIGHT'],
    also: ['HF-LATE'],
    by: 'promise',
    begin: ({ pbs }) => {
      const { acl } = pbs.access;
      const own = acl.filter(({ authId, path }) => authId === 'pve@pbs!backup' && path.endsWith('/plant'));
      own.forEach((entry) => acl.splice(acl.indexOf(entry), 1));
      return () => void acl.push(...own);
    },
  },
  {
    name: 'half of each answer of PVE is lost',
    site: 'plant',
    hours: 8,
    tells: ['HF-UNSEEN', 'HF-UNREACHABLE'],
    by: { hours: 2 },
    begin: ({ lab }) => {
      const fault = { server: 'plant', call: 'GET', times: 1e9, kind: 'half-answer' } as const;
      lab.world.faults.push(fault);
      return () => void lab.world.faults.splice(lab.world.faults.indexOf(fault), 1);
    },
  },
  {
    name: 'a storage of one site points to the namespace of the other',
    site: 'plant',
    hours: 26,
    tells: ['HF-SITES-MIXED', 'HF-JOB-ELSEWHERE', 'HF-NO-JOB', 'HF-TWO-JOBS'],
    also: ['HF-LATE', 'HF-VMID-REUSED', 'HF-OWNER'],
    by: { hours: 2 },
    begin: ({ plant }) => {
      const { config } = plant.storages['pbs-tier-2']!;
      config['namespace'] = 'office/tier-2';
      return () => void (config['namespace'] = 'plant/tier-2');
    },
  },
];

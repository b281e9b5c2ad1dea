import type { Finding } from '../../finding.ts';
import { spellDuration } from '../../units.ts';
import type { SyncJob, Unknown } from '../../world/actual.ts';
import type { CopyHere } from '../copy.ts';
import type { TierHere } from '../tier-here.ts';
import { onObject, type Hazard, type Surroundings } from './context.ts';

/** The copy that a tier promises: no job brings it, its job does not run, or nobody looks at what arrives. */
export const copyHazards: Hazard = (around) =>
  [...around.tiers.values()].flatMap((here) => {
    const { tier, copy } = here;
    if (!copy) return [];
    const { jobs, groups } = copy;
    const told = jobs.known ? jobTrouble(around, tier.id, copy, jobs) : groups.known ? [] : [unseen(around, here, copy, jobs.unknown)];
    const blind = jobs.known && jobs.list.length > 0 && !groups.known ? [unseen(around, here, copy, groups.unknown)] : [];
    // Where what lies there was seen, each guest's own copy counts, and not the job that brings it.
    return [...told, ...blind].map((finding) => ({ ...finding, tier: tier.id, ...(groups.known ? {} : { touches: [tier.id] }) }));
  });

type Jobs = Extract<CopyHere['jobs'], { known: true }>;

function jobTrouble(around: Surroundings, tier: number, { offsite }: CopyHere, { server, list }: Jobs): Finding[] {
  if (list.length === 0) {
    return [
      onObject(around, `copy of tier ${tier}`, {
        severity: 'error',
        code: 'HF-OFFSITE-NONE',
        problem: `No sync job on PBS ${server} brings the points of tier ${tier} to ${offsite.remote}; a copy within ${spellDuration(offsite.withinSeconds)} is promised`,
        why: 'when this place burns, everything is gone',
        fix: 'let Holdfast make the job:\n    holdfast plan\n    holdfast apply',
      }),
    ];
  }
  const late = list.map((job) => lateCopy(around, server, job, offsite.withinSeconds));
  return late.some((finding) => finding === undefined) ? [] : late.filter((finding) => finding !== undefined).slice(0, 1);
}

function lateCopy(around: Surroundings, server: string, job: SyncJob, withinSeconds: number): Finding | undefined {
  const good = job.lastRunState === 'OK' ? job.lastRunEndedAt : undefined;
  const ageSeconds = good === undefined ? undefined : around.now - good;
  if (ageSeconds !== undefined && ageSeconds <= withinSeconds) return undefined;
  const state = job.lastRunEndedAt === undefined ? 'It has never run' : `Its last run ended "${job.lastRunState}"`;
  return onObject(around, `sync job ${job.id} on PBS ${server}`, {
    severity: 'error',
    code: 'HF-OFFSITE-OLD',
    problem: `${ageSeconds === undefined ? state : `Its last good run ended ${spellDuration(ageSeconds)} ago`}; a copy within ${spellDuration(withinSeconds)} is promised`,
    why: 'when this place burns, what was made since is gone',
    fix: `see why it does not run, and run it:\n    proxmox-backup-manager sync-job run ${job.id}`,
  });
}

function unseen(
  around: Surroundings,
  { tier, place }: TierHere,
  { offsite }: CopyHere,
  { because, privilege, path, kind }: Unknown,
): Finding {
  const right = privilege ? ` (it takes ${privilege}${path ? ` on ${path}` : ''})` : '';
  const remotes = around.actual.pbs.find(({ name }) => name === place?.pbs)?.remotes;
  const host = remotes?.known ? remotes.value.find(({ name }) => name === offsite.remote)?.host : undefined;
  const named = around.site.pbs.some(({ name }) => name === offsite.remote);
  const access = [
    `name: ${offsite.remote}, url: "https://${host ?? `${offsite.remote}.lan`}:8007"`,
    `token: "env:HOLDFAST_${offsite.remote.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_TOKEN"`,
    `datastore: ${offsite.datastore ?? place?.datastore}, namespace: ${(offsite.namespace ?? place?.namespace) || '""'}`,
  ].join(', ');
  return onObject(around, `copy of tier ${tier.id}`, {
    code: 'HF-COPY-UNSEEN',
    problem: `Whether tier ${tier.id} has its copy at ${offsite.remote} cannot be seen: ${because.trim()}${right}`,
    why: 'a sync job that ended OK proves nothing: only who looks at what lies there knows that it is there',
    fix: privilege
      ? `give the token that right:\n    holdfast grants --for audit --site ${around.site.name}`
      : kind === 'missing'
        ? `${named ? 'let the entry of that server under "pbs" reach the place' : `add the server that holds it under "pbs" of site ${around.site.name}, with a token that may only look`}:\n    - { ${access} }`
        : 'see what stands in the way:\n    holdfast doctor',
  });
}

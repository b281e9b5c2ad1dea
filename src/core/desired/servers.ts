import type { Site } from '../policy/policy.ts';
import type { ManagedObject, Settings } from './desired.ts';

/** What the policy says about a datastore as a whole: garbage collection and verification of what arrives. Nothing where it says nothing. */
export function compileServers(site: Site): ManagedObject[] {
  return site.pbs.flatMap((pbs) => {
    const settings: Settings = {
      ...(pbs.gcSchedule === undefined ? {} : { 'gc-schedule': pbs.gcSchedule }),
      ...(pbs.verifyNew === undefined ? {} : { 'verify-new': pbs.verifyNew }),
    };
    if (Object.keys(settings).length === 0) return [];
    const because = `the policy says so for PBS ${pbs.name}`;
    return [{ kind: 'datastore', server: pbs.name, id: pbs.datastore, settings, site: site.name, because }];
  });
}

import type { PbsAccess, Policy, Site, TrafficRule } from '../policy/policy.ts';
import type { ManagedObject, Settings } from './desired.ts';
import { markedTraffic, objectId, siteSuffix } from './mark.ts';

/** What the policy says about servers as a whole: collection and verification of their datastores, limits of their traffic. Nothing where it says nothing. */
export function compileServers({ sites }: Pick<Policy, 'sites'>, site: Site): ManagedObject[] {
  return site.pbs.flatMap((pbs) => [
    ...compileDatastore(site, pbs),
    ...(pbs.traffic ?? []).map((rule) => compileTraffic({ sites, site, pbs }, rule)),
  ]);
}

function compileDatastore(site: Site, pbs: PbsAccess): ManagedObject[] {
  const settings: Settings = {
    ...(pbs.gcSchedule === undefined ? {} : { 'gc-schedule': pbs.gcSchedule }),
    ...(pbs.verifyNew === undefined ? {} : { 'verify-new': pbs.verifyNew }),
  };
  if (Object.keys(settings).length === 0) return [];
  const because = `the policy says so for PBS ${pbs.name}`;
  return [{ kind: 'datastore', server: pbs.name, id: pbs.datastore, settings, site: site.name, because }];
}

type At = { readonly sites: readonly Site[]; readonly site: Site; readonly pbs: PbsAccess };

/** @see https://pbs.proxmox.com/docs/network-management.html#traffic-control */
function compileTraffic({ sites, site, pbs }: At, rule: TrafficRule): ManagedObject {
  const { networks, timeframes, rateInBytesPerSecond: rateIn, rateOutBytesPerSecond: rateOut } = rule;
  const settings: Settings = {
    network: networks,
    ...(timeframes === undefined ? {} : { timeframe: timeframes }),
    ...(rateIn === undefined ? {} : { 'rate-in': `${rateIn} B` }),
    ...(rateOut === undefined ? {} : { 'rate-out': `${rateOut} B` }),
    comment: markedTraffic(site),
  };
  const id = objectId(rule.name, siteSuffix(sites, site, pbs.urls));
  const because = `the policy limits traffic "${rule.name}" of PBS ${pbs.name}`;
  return { kind: 'traffic-control', server: pbs.name, id, settings, site: site.name, because };
}

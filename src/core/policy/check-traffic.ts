import type { Finding } from '../finding.ts';
import type { DraftSite } from './draft.ts';

/** Rules for the traffic of a site's PBS: each limits something, and each has a name of its own. */
export function checkTraffic(site: DraftSite): Finding[] {
  return site.pbs.flatMap(({ traffic = [] }, i) => {
    const seen = new Set<string>();
    return traffic.flatMap(({ name, partial, rateInBytesPerSecond, rateOutBytesPerSecond }, j): Finding[] => {
      if (name === undefined) return [];
      const at = `sites.${site.name}.pbs.${i}.traffic.${j}`;
      const twice = seen.has(name) ? [nameTwice(site, name, at)] : [];
      seen.add(name);
      const idle = !partial && rateInBytesPerSecond === undefined && rateOutBytesPerSecond === undefined;
      return idle ? [...twice, limitsNothing(site, name, at)] : twice;
    });
  });
}

function nameTwice(site: DraftSite, name: string, at: string): Finding {
  return {
    severity: 'error',
    code: 'HF-NAME-TWICE',
    at: `${at}.name`,
    site: site.name,
    problem: `Two traffic rules of one PBS of site ${site.name} are called "${name}"`,
    why: 'both would be one rule on PBS, and the second would undo the first',
    fix: `give each a name of its own:\n    name: ${name}-2`,
  };
}

function limitsNothing(site: DraftSite, name: string, at: string): Finding {
  return {
    severity: 'error',
    code: 'HF-TRAFFIC',
    at,
    site: site.name,
    problem: `Traffic rule "${name}" names neither "rateIn" nor "rateOut"`,
    why: 'PBS takes the rule with the smallest network alone: one that limits nothing would lift what a wider one limits',
    fix: 'say how much may flow, or remove the rule:\n    rateIn: 100MiB/s',
  };
}

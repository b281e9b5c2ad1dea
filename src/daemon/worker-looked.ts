import { guestsAfter, jobsAfter, storesAfter, type SiteWatched } from '#app/watching.ts';
import type { Looked } from './worker-acts.ts';
import { isRefused, type Shared } from './worker-shared.ts';

/** Guests whose change of posture is logged in one cycle; of a fleet's first look the rest is seen elsewhere. */
const MOST_LOGGED = 20;

/** Takes what a look said into the state, and tells it. */
export function noteLook(shared: Shared, looked: Looked, requests: number): void {
  const { site, policy, log, onNews, state } = shared;
  const { look, at, postures } = looked.record;
  shared.state = {
    ...state,
    state: isRefused(shared) ? 'refused' : 'watched',
    look: { at, ...look },
    ...(look.outcome === 'complete' ? { completeAt: at } : {}),
    looks: { ...state.looks, [look.outcome]: state.looks[look.outcome] + 1 },
    stores: storesAfter(looked),
    ...(looked.actual && { jobs: jobsAfter(looked.actual, site) }),
    unseen: looked.assessment.unseen.map(({ what, because, server }) => `${server === undefined ? '' : `${server}: `}${what}: ${because}`),
    uses: looked.uses,
    guests: guestsAfter(looked, policy(), state.guests),
    findings: looked.findings,
  };
  onNews();
  const tell = look.outcome === 'complete' ? log.info : log.warn;
  tell('looked', { site: site.name, ...look, requests, guests: spellPostures(shared.state.guests) });
  // That all is well at the start needs no line for each guest; what nobody promised anything is as it shall be.
  const changes = postures.filter(({ posture }) => state.look !== undefined || posture !== 'protected');
  for (const { vmid, name, posture, because } of changes.slice(0, MOST_LOGGED))
    (posture === 'protected' || posture === 'exempt' ? log.info : log.warn)(`${name} is ${posture}`, { site: site.name, vmid, because });
}

/** `7 protected, 1 attention` */
function spellPostures(guests: SiteWatched['guests']): string {
  const counts = Map.groupBy(guests, ({ posture }) => posture);
  return [...counts].map(([posture, list]) => `${list.length} ${posture}`).join(', ') || 'none';
}

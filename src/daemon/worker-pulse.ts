import type { SiteWatched } from '#app/watching.ts';
import { spellSilence } from '#core/watch/outage.ts';
import { pulseWaitMs } from './pace.ts';
import { hurry, isRefused, type Part, type Shared } from './worker-shared.ts';

/** Asks every quarter of a minute whether each server answers, and whether something happened there: a look is hurried by either. */
export function pulsePart(shared: Shared): Part {
  const { proxmox, timers, naps, site, log, onNews } = shared;
  let sign: string | undefined;

  async function feel(): Promise<void> {
    if (isRefused(shared)) return;
    const pulse = await proxmox.pulse();
    const silent = pulse.silent.map(({ server, trouble: { kind, detail, fix, login } }) => ({
      server,
      kind,
      because: detail,
      fix,
      ...(login !== undefined && { login }),
    }));
    const changed = spellSilent(silent) !== spellSilent(shared.state.silent);
    if (changed) {
      for (const one of silent) {
        const { server, because, fix } = one;
        log.warn(spellSilence(one), { site: site.name, server, because, fix });
      }
      if (silent.length === 0) log.info('every server answers again', { site: site.name });
      hurry(shared, 'outage');
    } else if (silent.length === 0 && sign !== undefined && pulse.sign !== sign) hurry(shared, 'change');
    if (silent.length === 0) sign = pulse.sign;
    shared.state = { ...shared.state, silent };
    if (changed) onNews();
  }

  return { turn: feel, pause: () => naps.pulse.sleep(pulseWaitMs(timers.chance())), trouble: 'a pulse was not felt' };
}

function spellSilent(silent: SiteWatched['silent']): string {
  return silent.map(({ server, kind }) => `${server} ${kind}`).join(', ');
}

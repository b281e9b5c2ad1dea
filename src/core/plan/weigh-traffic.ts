import { parseSize, spellRate } from '../units.ts';
import type { Setting } from '../desired/desired.ts';
import type { RawStep } from './diff.ts';
import type { Weight } from './guard.ts';

/** What flows how fast from now on. A limit makes backups slower, and takes none away. */
export function weighTraffic({ action, settings, before, clear }: RawStep): Weight {
  const after = { ...before, ...settings };
  for (const name of clear) delete after[name];
  const networks = spellList(after['network']);
  if (action === 'remove') return { means: [`traffic with ${networks} is no longer limited by it`] };
  const limits = [limit('in', after['rate-in']), limit('out', after['rate-out'])].flatMap((one) => one ?? []);
  const when = after['timeframe'] === undefined ? '' : `, ${spellList(after['timeframe'])}`;
  return { means: [`traffic with ${networks}: ${limits.join(', ')}${when}`] };
}

function limit(way: 'in' | 'out', rate: Setting | undefined): string | undefined {
  const bytes = typeof rate === 'string' ? parseSize(rate) : undefined;
  return bytes === undefined ? undefined : `at most ${spellRate(bytes)} ${way}`;
}

function spellList(value: Setting | undefined): string {
  return Array.isArray(value) ? value.join(', ') : '';
}

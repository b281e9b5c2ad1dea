import { spellCount } from '#core/units.ts';
import type { Finding } from '#core/finding.ts';
import { safe } from './finding.ts';
import type { Paint } from '../out.ts';
import { wrap } from './wrap.ts';

/**
 * Said of a plan whose policy does not keep what it promises, with a blank line behind it; empty where it keeps everything. No reason to
 * carry nothing out, but nothing to be overlooked either.
 */
export function unkeptText(unkept: readonly Finding[], paint: Paint, width: number): string {
  const head = `The policy does not keep all it promises (${spellCount(unkept.length, 'error')} of holdfast check). It can be applied all the same, for jobs that keep less than was promised are better than none.`;
  return unkept.length === 0 ? '' : `${paint.red(wrap(head, { width, indent: 0 }))}\n\n`;
}

/** What is not kept, a line each, for whoever is about to apply it. */
export function unkeptList(unkept: readonly Finding[], paint: Paint, width: number): string {
  const lines = unkept.map(({ code, problem }) => wrap(`- ${code}: ${safe(problem)}`, { width, indent: 2, hanging: 2 }));
  return `${unkeptText(unkept, paint, width).trimEnd()}\n${lines.join('\n')}\n`;
}

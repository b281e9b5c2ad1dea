import type { Outcome } from './play.ts';

/** How many of how many, per recording and in all, and each difference with `details`. */
export function summary(outcomes: readonly Outcome[], options: { readonly details: boolean; readonly only?: string | undefined }): string {
  const lines: string[] = ['recording   calls   same   tasks   same   clients   same   not built'];
  const files = [...new Set(outcomes.map(({ file }) => file))].filter((file) => options.only === undefined || file === options.only);
  for (const file of files)
    lines.push(
      row(
        file,
        outcomes.filter((one) => one.file === file),
      ),
    );
  lines.push(row('all', outcomes));
  if (!options.details) return lines.join('\n');
  for (const outcome of outcomes) {
    if (options.only !== undefined && outcome.file !== options.only) continue;
    for (const { what, detail } of outcome.differences) lines.push(`${outcome.file}: ${outcome.name} · ${what}\n      ${detail}`);
    if (!outcome.built) lines.push(`${outcome.file}: ${outcome.name} · not built: ${outcome.endpoint}`);
  }
  return lines.join('\n');
}

function row(name: string, outcomes: readonly Outcome[]): string {
  const cells = (['call', 'task', 'client'] as const).flatMap((kind) => {
    const list = outcomes.filter((one) => one.kind === kind && one.built);
    return [list.length, list.filter((one) => one.differences.length === 0).length];
  });
  const widths = [8, 7, 8, 7, 10, 7, 12];
  return `${name.padEnd(9)}${[...cells, outcomes.filter((one) => !one.built).length].map((value, index) => String(value).padStart(widths[index] ?? 8)).join('')}`;
}

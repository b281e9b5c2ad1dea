type PlanJson = { readonly steps: readonly { readonly action: string; readonly kind: string }[] };

/** `33 to create: 4 pools, 8 pool members, …` */
export function summary({ steps }: PlanJson): string {
  const lines: string[] = [];
  for (const action of new Set(steps.map((step) => step.action))) {
    const counts = new Map<string, number>();
    for (const step of steps) if (step.action === action) counts.set(step.kind, (counts.get(step.kind) ?? 0) + 1);
    const parts = [...counts].map(([kind, count]) => `${count} ${kind.replaceAll('-', ' ')}${count === 1 ? '' : 's'}`);
    lines.push(`${steps.filter((step) => step.action === action).length} to ${action}: ${parts.join(', ')}`);
  }
  return lines.join('\n') || 'Nothing to do.';
}

/** One thing that was measured, and what it may be at most. */
export type Result = {
  readonly name: string;
  /** The figures, with their units. */
  readonly measured: string;
  /** What is held against the limit, `0.47` of `1 ×`. */
  readonly value: number;
  readonly limit: number;
  readonly unit: '×' | 'MiB' | 'KiB' | '%' | 's' | '';
  /** `below`: the limit itself is already too much. */
  readonly below?: boolean;
};

export function isMet({ value, limit, below = false }: Result): boolean {
  return below ? value < limit : value <= limit;
}

export function spellLimit({ limit, unit, below }: Result): string {
  return `${below ? 'below' : 'at most'} ${limit} ${unit}`.trimEnd();
}

export function spellValue({ value, unit }: Result): string {
  return `${unit === 'MiB' || unit === 'KiB' || unit === '' ? Math.round(value) : value.toFixed(2)} ${unit}`.trimEnd();
}

/** Tells people, and `bench/main.ts` where it asked. The exit code is 1 where a limit is missed. */
export function report(result: Result): void {
  console.log(`${result.measured}\n${result.name}: ${spellValue(result)} (${spellLimit(result)})`);
  process.send?.(result);
  if (!isMet(result)) process.exitCode = 1;
}

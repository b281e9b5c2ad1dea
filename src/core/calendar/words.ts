/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Numbers in ascending order as words, three and more in a row as a range: `1 to 7`, `2, 5 and 9 to 12`. */
export function rangeWords(numbers: readonly number[], spell: (value: number) => string): string {
  const words: string[] = [];
  let start = 0;
  for (let i = 1; i <= numbers.length; i++) {
    if (numbers[i] === numbers[i - 1]! + 1) continue;
    const run = numbers.slice(start, i);
    if (run.length > 2) words.push(`${spell(run[0]!)} to ${spell(run.at(-1)!)}`);
    else words.push(...run.map(spell));
    start = i;
  }
  return listWords(words);
}

/** `02:30`, with seconds where they are not zero. */
export function clockWords(hour: number, minute: number, second: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(hour)}:${two(minute)}${second === 0 ? '' : `:${two(second)}`}`;
}

/** The step of values that begin at 0 and go round evenly: 15 for 0, 15, 30, 45 of 60. Undefined where they do not. */
export function evenStep(values: readonly number[], round: number): number | undefined {
  const step = round / values.length;
  return Number.isInteger(step) && values.every((value, i) => value === i * step) ? step : undefined;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** `26 h 5 min`, `3 d`, `45 s`: at most two units, days only from three on, so that an RPO of 24 h stays one. */
export function duration(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  if (whole < 60) return `${whole} s`;
  const [first, ...rest] = whole < 3 * 86_400 ? UNITS.slice(1) : UNITS;
  const steps = whole < 3_600 ? [UNITS[2]] : [first, ...rest];
  const [big, small] = steps as readonly (readonly [string, number])[];
  if (big === undefined) return `${whole} s`;
  const count = Math.floor(whole / big[1]);
  const left = small === undefined ? 0 : Math.floor((whole % big[1]) / small[1]);
  return left === 0 || count >= 30 ? `${count} ${big[0]}` : `${count} ${big[0]} ${left} ${small?.[0]}`;
}

/** One unit only: `26 h`, `3 d`. For places where a glance must do. */
export function shortDuration(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min`;
  if (whole < 3 * 86_400) return `${Math.floor(whole / 3_600)} h`;
  return `${Math.floor(whole / 86_400)} d`;
}

/** `3 h ago`, `in 20 min`, `just now`. */
export function relative(at: number, nowAt: number): string {
  const seconds = at - nowAt;
  if (Math.abs(seconds) < 45) return seconds > 5 ? 'in under a minute' : 'just now';
  return seconds < 0 ? `${shortDuration(seconds)} ago` : `in ${shortDuration(seconds)}`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Bytes as vzdump's log prints them: `176.0 MiB` with one digit, `0.0 B`. */
export function renderBytes(bytes: number, digits = 1): string {
  const power = powerOf(bytes);
  return `${(bytes / 1024 ** power).toFixed(digits)} ${UNITS[power]}`;
}

/** A rate as the progress lines print it; nothing is `0 B/s`. */
export function renderRate(bytesPerSecond: number): string {
  return bytesPerSecond < 1 ? '0 B/s' : `${renderBytes(bytesPerSecond)}/s`;
}

/** Bytes as the backup client prints them: three digits at most, no trailing zeros: `9.895 MiB`, `0 B`. */
export function humanBytes(bytes: number): string {
  const power = powerOf(bytes);
  return `${Math.round((bytes / 1024 ** power) * 1000) / 1000} ${UNITS[power]}`;
}

function powerOf(bytes: number): number {
  return bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
}

/** `18s`, `1m 8s`, `1h 2m 3s` as in the progress lines. */
export function renderDuration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const text = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return text.join(' ') || '0s';
}

/** `00:04:49` as in `Finished Backup of VM 107 (00:04:49)`. */
export function clockDuration(seconds: number): string {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

import type { JobSetting } from './state.ts';

/** A setting as a text; the property string of one that PVE keeps as an object. */
export function settingText(value: JobSetting): string {
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name}=${one}`)
    .join(',');
}

/** A setting by its name as a text, or undefined where it is not set. */
export function text(settings: Readonly<Record<string, JobSetting>>, name: string): string | undefined {
  const value = settings[name];
  return value === undefined ? undefined : settingText(value);
}

export function isOn(value: JobSetting | undefined): boolean {
  return value === 1 || value === '1';
}

/** `101,102;103` as numbers. */
export function listed(value: JobSetting | undefined): number[] {
  return value === undefined
    ? []
    : settingText(value)
        .split(/[\s,;]+/)
        .filter(Boolean)
        .map(Number);
}

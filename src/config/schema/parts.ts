import { z } from 'zod';
import * as f from '../format.ts';
import { field } from '../note.ts';

export const text = (): z.ZodString => z.string().min(1);
export const many = <T extends z.ZodType>(one: T): z.ZodArray<T> => z.array(one).min(1);
const count = (least: number): z.ZodNumber => z.int().min(least).max(100_000);
/** PBS's "safe id", as names of datastores and remotes are. */
export const SAFE_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]{2,31}$/;
const NAMESPACE = /^([A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*){0,6})?$/;
export const storageId = (): z.ZodString =>
  f.name('name of a storage', /^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]$/, 'letters, digits, ".", "_" and "-", a letter first');
export const datastoreId = (): z.ZodString => f.name('name of a datastore', SAFE_ID, '3 to 32 letters, digits, ".", "_" and "-"');
export const namespace = (): z.ZodString =>
  f.name('namespace', NAMESPACE, 'up to seven parts with "/" between them, each of letters, digits, ".", "_" and "-"');

export const KeepSchema = z.strictObject({
  last: field(count(1), {
    description: 'keep-last: the newest backups, however old.',
    example: '2',
    why: 'PBS counts backups, not days',
  }).optional(),
  hourly: field(count(1), {
    description: 'keep-hourly: the newest backup of each hour that has one.',
    example: '24',
    why: 'PBS counts hours that have a backup',
  }).optional(),
  daily: field(count(1), {
    description: 'keep-daily: the newest backup of each day that has one.',
    example: '31',
    why: 'PBS counts days that have a backup',
  }).optional(),
  weekly: field(count(1), {
    description: 'keep-weekly: the newest backup of each week that has one.',
    example: '13',
    why: 'PBS counts weeks that have a backup',
  }).optional(),
  monthly: field(count(1), {
    description: 'keep-monthly: the newest backup of each month that has one.',
    example: '4',
    why: 'PBS counts months that have a backup',
  }).optional(),
  yearly: field(count(1), {
    description: 'keep-yearly: the newest backup of each year that has one.',
    example: '2',
    why: 'PBS counts years that have a backup',
  }).optional(),
});

export const AssumeSchema = z.strictObject({
  duration: field(f.duration(), {
    description: 'Longest backup of one guest. Replaced by what was measured as soon as there is anything.',
    example: '40m',
    why: 'a recovery point is usable only when its backup has ended, so the duration adds to the data age',
    format: 'duration',
    absent: '40m',
  }).optional(),
  queue: field(f.duration(), {
    description: 'Longest wait of a guest for its turn after its job began.',
    example: '20m',
    why: 'guests of one job are backed up one after the other, and the last one waits',
    format: 'duration',
    absent: '20m',
  }).optional(),
  lostRuns: field(count(0).max(100), {
    description: 'How many runs in a row may fail with the promise still kept.',
    example: '0',
    why: 'every lost run widens the gap between two recovery points by one more period',
    format: 'whole number',
    absent: '0',
  }).optional(),
  extraRuns: field(count(0).max(1000), {
    description: 'Most extra (manual) backups of one guest between two scheduled ones.',
    example: '0',
    why: 'PBS counts extra backups too, and keep-last would reach less far back',
    format: 'whole number',
    absent: '0',
  }).optional(),
  restoreRate: field(f.rate(), {
    description: 'How fast a restore writes. Replaced by what drills measured.',
    example: '100MiB/s',
    why: 'size divided by rate decides whether a guest can be back within its RTO',
    format: 'rate',
    absent: '100MiB/s',
  }).optional(),
});

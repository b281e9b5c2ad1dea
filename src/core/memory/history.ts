/*
 * How long detail is remembered. A daemon runs for years; what it needs every day is weeks old, what people ask for is months old.
 */

/** Every look is kept this long; after it, of each day (UTC) the first look of each outcome. */
export const LOOKS_DAYS = 14;

/** Every sample of usage is kept this long; after it, the last of each day (UTC): growth is told in days. */
export const SAMPLES_DAYS = 30;

/**
 * What is over is kept this long: looks, tasks, resolved findings, delivered alerts, changes that ended, texts of the policy but the one that stood then, postures, points that are gone. A year and the month in which
 * a person looks back on it.
 */
export const PAST_DAYS = 400;

/** Daily samples of usage are kept this long: three years show what grows with the seasons. */
export const USAGE_DAYS = 1100;

import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const CHROMIUM = process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why no browser is there, or undefined. */
export function noBrowser(): string | undefined {
  return existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is not there (apt install chromium, or name one with HOLDFAST_CHROMIUM)`;
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--force-color-profile=srgb'] });
}

export type View = { readonly width: number; readonly scheme: 'light' | 'dark' };

/** A page of its own, in the zone of the fixtures, without motion. What the page writes to the console as an error is collected. */
export async function openPage(
  browser: Browser,
  { width, scheme }: View,
  more: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly errors: string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 844 : 1000 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Vienna',
    locale: 'en-GB',
    ...more,
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    // An answer of 4xx or 5xx is told there as well, and is what some scenes are about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  return { page, errors };
}

/** Whether everything asked for has come and been drawn. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1, h2').first().waitFor();
  await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
  await drawn(page);
}

/** When what has come is on the screen: the letters are there, and charts that follow their box had their frame. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { document, requestAnimationFrame } = globalThis as unknown as {
      document: { fonts: { ready: Promise<unknown> } };
      requestAnimationFrame: (next: () => void) => void;
    };
    await document.fonts.ready;
    for (let frame = 0; frame < 2; frame++) await new Promise<void>((next) => requestAnimationFrame(() => next()));
  });
}

/** By how many pixels the page is wider than its window. */
export async function tooWide(page: Page): Promise<number> {
  await drawn(page);
  return await page.evaluate(() => {
    const { document } = globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } };
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
}

import { execFileSync } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bringAxe, violations } from './axe.ts';
import { noBrowser, openBrowser, openPage, settled, tooWide } from './browser.ts';
import { serveFixtures } from './fixture-server.ts';
import { NOW } from './fixtures/overview.ts';
import { SCENES } from './fixtures/scenes.ts';

const missing = noBrowser();
if (missing !== undefined) {
  if (process.env['HOLDFAST_NO_SKIP'] === '1') throw new Error(missing);
  process.stderr.write(`The dashboard's pages are not tested in a browser: ${missing}.\n`);
}

describe.skipIf(missing !== undefined)('every page in every state', () => {
  let browser: Browser;
  beforeAll(async () => {
    execFileSync(process.execPath, ['scripts/web.mjs'], { stdio: 'inherit' });
    browser = await openBrowser();
  }, 180_000);
  afterAll(() => browser.close());

  for (const scene of SCENES) {
    test(`${scene.name}: no barrier in light and dark, no error, nothing beside the window of a phone`, async () => {
      const { url, stop } = await serveFixtures(scene.answers, NOW);
      const { page, errors } = await openPage(browser, { width: 1280, scheme: 'light' });
      try {
        await bringAxe(page);
        await page.goto(url + scene.path);
        await settled(page);
        expect(await violations(page)).toEqual([]);
        await page.setViewportSize({ width: 390, height: 844 });
        await page.emulateMedia({ colorScheme: 'dark' });
        await page.locator('html[data-mantine-color-scheme=dark]').waitFor({ state: 'attached' });
        await settled(page);
        expect(await violations(page)).toEqual([]);
        expect(await tooWide(page)).toBe(0);
        expect(errors).toEqual([]);
      } finally {
        await page.context().close();
        stop();
      }
    }, 120_000);
  }
});

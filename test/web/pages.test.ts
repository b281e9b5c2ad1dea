import { execFileSync } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { noBrowser, openBrowser, settled, tooWide } from './browser.ts';
import { SCENES } from './fixtures/scenes.ts';
import { openStage, type Stage } from './stage.ts';

const missing = noBrowser();
if (missing !== undefined) {
  if (process.env['HOLDFAST_NO_SKIP'] === '1') throw new Error(missing);
  process.stderr.write(`The dashboard's pages are not tested in a browser: ${missing}.\n`);
}

describe.skipIf(missing !== undefined)('every page in every state', () => {
  let browser: Browser;
  let stage: Stage;
  beforeAll(async () => {
    execFileSync(process.execPath, ['scripts/web.mjs'], { stdio: 'inherit' });
    browser = await openBrowser();
    stage = await openStage(browser);
  }, 180_000);
  afterAll(async () => {
    await stage?.close();
    await browser?.close();
  });

  for (const { name } of SCENES) {
    test(`${name}: no barrier in light and dark, no error, nothing beside the window of a phone`, async () => {
      const { page, errors, show } = stage;
      await show(name);
      expect(await violations(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('html[data-mantine-color-scheme=dark]').waitFor({ state: 'attached' });
      await settled(page);
      expect(await violations(page)).toEqual([]);
      expect(await tooWide(page)).toBe(0);
      expect(errors).toEqual([]);
    }, 120_000);
  }
});

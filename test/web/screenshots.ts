/**
 * Every page in every state, light and dark, at three widths, as a PNG each.
 * Run: node scripts/run.mjs screenshots [FOLDER] [PART OF A SCENE'S NAME]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { noBrowser, openBrowser, openPage, settled, tooWide, type View } from './browser.ts';
import { serveFixtures } from './fixture-server.ts';
import { NOW } from './fixtures/overview.ts';
import { SCENES } from './fixtures/scenes.ts';

const [folder = 'web/screenshots', only = ''] = process.argv.slice(2);
const missing = noBrowser();
if (missing !== undefined) {
  console.error(missing);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const views: readonly View[] = [390, 1280, 1920].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));
const browser = await openBrowser();
let troubles = 0;
for (const scene of SCENES.filter(({ name }) => name.includes(only))) {
  const { url, stop } = await serveFixtures(scene.answers, NOW);
  for (const view of views) {
    const { page, errors } = await openPage(browser, view);
    await page.goto(url + scene.path);
    await settled(page);
    await page.screenshot({ path: join(folder, `${scene.name}-${view.width}-${view.scheme}.png`), fullPage: scene.endless !== true });
    const wider = await tooWide(page);
    if (wider > 0) errors.push(`the page is ${wider} px wider than the window`);
    for (const error of errors) console.error(`${scene.name} at ${view.width} ${view.scheme}: ${error}`);
    troubles += errors.length;
    await page.context().close();
  }
  stop();
  console.log(`${scene.name}: ${views.length} pictures`);
}
await browser.close();
process.exitCode = troubles === 0 ? 0 : 1;

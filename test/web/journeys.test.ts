import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { noBrowser, openBrowser, openPage, settled, tooWide } from './browser.ts';
import { startDemo, type Demo } from './demo.ts';

/*
 * What people do with the dashboard, in a real browser, against `npm start`: each journey goes on from where the one before left the site.
 */

const missing = noBrowser();
if (missing !== undefined) {
  if (process.env['HOLDFAST_NO_SKIP'] === '1') throw new Error(missing);
  process.stderr.write(`Journeys in a browser are skipped: ${missing}.\n`);
}

const ADA = { name: 'Ada Brandt', password: 'correct horse battery' };
const BEN = { name: 'Ben Okoro', password: 'staple of the battery' };
const VERA = { name: 'Vera Lind', password: 'only ever looking on' };
const PATIENCE = { timeout: 60_000 };
/** Every page of the navigation, and those behind them. */
const PAGES = [
  '/',
  '/guests',
  '/guests/home/101',
  '/policy',
  '/policy/edit',
  '/policy/versions',
  '/policy/versions/1',
  '/plan',
  '/changes',
  '/alerts',
  '/alerts/messages',
  '/audit',
  '/capacity',
  '/sites',
  '/settings',
];

describe.skipIf(missing !== undefined)('in the browser', { timeout: 120_000 }, () => {
  let demo: Demo;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), openBrowser()]);
    page = await person();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  /** A browser of their own for one person. */
  async function person(): Promise<Page> {
    const opened = await openPage(browser, { width: 1280, scheme: 'light' });
    opened.page.setDefaultTimeout(30_000);
    opened.page.on('pageerror', (error) => errors.push(String(error)));
    return opened.page;
  }

  async function logIn({ name, password }: typeof ADA): Promise<Page> {
    const own = await person();
    await own.goto(demo.url);
    await own.getByLabel('Name').fill(name);
    await own.getByLabel('Password', { exact: true }).fill(password);
    await own.getByRole('button', { name: 'Log in' }).click();
    await own.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    return own;
  }

  test('the first login is made by the link of the start, and the overview says that a promise is broken', async () => {
    await page.goto(demo.setup);
    await page.getByLabel('Name').fill(ADA.name);
    await page.getByLabel('Password', { exact: true }).fill(ADA.password);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByText('A promise is broken').first().waitFor();
    // The link works once.
    const other = await person();
    await other.goto(demo.setup);
    await other.getByRole('button', { name: 'Log in' }).waitFor();
    await other.context().close();
  });

  test('the broken guest says why, is backed up by hand, and turns', async () => {
    await page.getByRole('link', { name: /^Guests/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Guests' }).waitFor();
    await page.goto(`${demo.url}/guests/home/101`);
    await page
      .getByText(/the newest usable point is \d/i)
      .first()
      .waitFor();
    await page.getByText('broken').first().waitFor();
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('protected', { exact: true }).first().waitFor(PATIENCE);
  });

  test('an alert is acknowledged with a reason, and the audit log says by whom', async () => {
    await page.goto(`${demo.url}/alerts`);
    await page.getByRole('button', { name: 'Acknowledge …' }).first().click();
    await page.getByRole('dialog').getByRole('textbox').fill('known, a second host is ordered');
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText(`Acknowledged by ${ADA.name}: “known, a second host is ordered”`).first().waitFor();
    await page.goto(`${demo.url}/audit`);
    await page
      .getByRole('row', { name: /acknowledge/ })
      .first()
      .waitFor();
    expect(
      await page
        .getByRole('row', { name: /acknowledge/ })
        .first()
        .innerText(),
    ).toContain(ADA.name);
  });

  test('accounts are made for an approver and a viewer', async () => {
    await page.goto(`${demo.url}/settings`);
    for (const [{ name, password }, role] of [
      [BEN, 'approver'],
      [VERA, 'viewer'],
    ] as const) {
      const made = await page.evaluate(
        async (body) => {
          const session = (await (await fetch('/api/v1/session')).json()) as { csrf: string };
          const headers = { 'content-type': 'application/json', 'x-csrf-token': session.csrf };
          return (await fetch('/api/v1/users', { method: 'POST', headers, body: JSON.stringify(body) })).status;
        },
        { name, password, role },
      );
      expect(made).toBeLessThan(300);
    }
  });

  test('a policy that does not hold is told while it is typed; mended, it is approved by somebody else and applied', async () => {
    await page.goto(`${demo.url}/policy`);
    await page.getByRole('link', { name: 'Edit' }).click();
    const editor = page.getByRole('textbox', { name: /^Text of/ });
    await editor.waitFor();
    await page.getByText(/^all \d+ promises hold$/).waitFor(PATIENCE);
    await replaceInEditor(page, 'rpo: 7d', 'rpo: 6d');
    await page.getByText(/promises? do(es)? not hold$/).waitFor(PATIENCE);
    await replaceInEditor(page, 'schedule: "sun 05:00"', 'schedule: "wed,sun 05:00"');
    await page.getByText(/^all \d+ promises hold$/).waitFor(PATIENCE);
    await page.getByLabel('What is changed, and why').fill('tier 2 every six days, twice a week');
    await page.getByRole('button', { name: 'Ask for this change' }).click();
    await page.getByRole('heading', { level: 1, name: /New policy/ }).waitFor();
    const ben = await logIn(BEN);
    await ben.goto(page.url());
    await ben.getByRole('button', { name: 'Approve' }).click();
    await ben.getByRole('button', { name: 'Apply' }).click();
    await ben.getByText('applied', { exact: true }).first().waitFor(PATIENCE);
    // What must change on the servers for it is a plan, which is asked for and applied as well.
    await ben.goto(`${demo.url}/plan`);
    await ben.getByRole('button', { name: /^Ask for/ }).click(PATIENCE);
    await ben.getByRole('button', { name: 'Approve' }).click();
    await ben.getByRole('button', { name: 'Apply' }).click();
    await ben.getByText(/^(\d+) of \1 steps done$/).waitFor(PATIENCE);
    await ben.getByText('applied', { exact: true }).first().waitFor(PATIENCE);
    await ben.goto(`${demo.url}/plan`);
    await ben.getByText('Nothing has to change').waitFor(PATIENCE);
    await ben.context().close();
  });

  test('a viewer is offered no act, and the daemon refuses it all the same', async () => {
    const vera = await logIn(VERA);
    for (const path of PAGES.filter((one) => one !== '/policy/edit')) {
      await vera.goto(demo.url + path);
      await vera.getByRole('heading', { level: 1 }).waitFor();
      expect(
        await vera.getByRole('button', { name: /Back up|Verify|Protect|Acknowledge|Suppress|Approve|^Apply|Ask for|Edit/ }).count(),
        path,
      ).toBe(0);
    }
    const refused = await vera.evaluate(async () => {
      const session = (await (await fetch('/api/v1/session')).json()) as { csrf: string };
      const headers = { 'content-type': 'application/json', 'x-csrf-token': session.csrf };
      return (await fetch('/api/v1/guests/home/101/backup', { method: 'POST', headers, body: '{}' })).status;
    });
    expect(refused).toBe(403);
    await vera.context().close();
  });

  test('no page has a barrier, dark and light, and none is wider than a phone', async () => {
    const seen = await person();
    await seen.context().addCookies(await page.context().cookies());
    const found: string[] = [];
    for (const path of PAGES) {
      await seen.goto(demo.url + path);
      await seen.getByRole('heading', { level: 1 }).waitFor();
      await settled(seen);
      for (const colorScheme of ['light', 'dark'] as const) {
        await seen.emulateMedia({ colorScheme });
        for (const violation of await violations(seen, colorScheme === 'light' ? 'whole' : 'colours'))
          found.push(`${path} ${colorScheme}: ${violation}`);
      }
      await seen.setViewportSize({ width: 390, height: 844 });
      if ((await tooWide(seen)) > 0) found.push(`${path}: wider than a phone`);
      await seen.setViewportSize({ width: 1280, height: 1000 });
    }
    expect(found).toEqual([]);
    await seen.context().close();
  });

  test('no page threw on the way', () => {
    expect(errors).toEqual([]);
  });
});

/** Replaces one text by another in the editor, as a person does: all of it is selected and typed anew. */
async function replaceInEditor(page: Page, from: string, to: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: /^Text of/ });
  const line = editor.locator('.cm-line', { hasText: from }).first();
  await line.scrollIntoViewIfNeeded();
  const text = await line.innerText();
  expect(text).toContain(from);
  await line.click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await page.keyboard.insertText(text.trimStart().replace(from, to));
}

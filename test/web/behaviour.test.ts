import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawn, noBrowser, openBrowser, tooWide } from './browser.ts';
import type { Answers } from './fixture-server.ts';
import { CHANGES } from './fixtures/changes.ts';
import { GUEST } from './fixtures/guests.ts';
import { NO_TOKENS, TOKENS } from './fixtures/settings.ts';
import { openStage, type Stage } from './stage.ts';

type Device = Parameters<typeof openStage>[1];
type Act = (page: Page, tell: Stage['tell']) => Promise<void>;

describe.skipIf(noBrowser() !== undefined)('the dashboard in a browser', () => {
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

  /** Opens a scene; on another device, in a window of its own. */
  async function inScene(name: string, act: Act, instead?: Answers, device?: Device): Promise<void> {
    const own = device && (await openStage(browser, device));
    const { show, page, tell } = own ?? stage;
    try {
      await show(name, instead);
      await act(page, tell);
    } finally {
      await own?.close();
    }
  }
  const rows = (page: Page) => page.locator('[role=row]').count();

  test('of 10,000 guests a handful of rows stands in the document, however far one scrolls', async () => {
    await inScene('guests-many', async (page) => {
      await page.getByText('10,000 guests').waitFor();
      expect(await rows(page)).toBeLessThan(60);
      for (let turn = 0; turn < 6; turn += 1) {
        await page.mouse.wheel(0, 9_000);
        await drawn(page);
        expect(await rows(page)).toBeLessThan(60);
      }
      // The second page of the list came by itself.
      const last = page.locator('[role=row][aria-rowindex]').last();
      await expect.poll(async () => Number(await last.getAttribute('aria-rowindex')), { timeout: 30_000 }).toBeGreaterThan(201);
    });
  }, 120_000);

  test("a token's secret is shown once, and is gone with its window; a viewer may make none that does more than read", async () => {
    const secret = 'hf_shown-this-once';
    const made = { ...TOKENS.items[0], ...NO_TOKENS, label: 'office', secret };
    await inScene(
      'settings-viewer',
      async (page) => {
        expect(await page.getByRole('heading', { name: 'Accounts' }).count()).toBe(0);
        await page.getByRole('button', { name: 'Make a token' }).click();
        await page.getByLabel('What it is for').fill('office');
        await page.getByRole('combobox', { name: 'What it may' }).click();
        expect(await page.getByRole('option').allTextContents()).toEqual(['read: see everything']);
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Make the token' }).click();
        await page.getByText(secret).waitFor();
        await page.getByRole('button', { name: 'I have it' }).click();
        await page.getByText(secret).waitFor({ state: 'detached' });
      },
      (path) => (path === '/tokens' ? { body: made } : undefined),
    );
  }, 120_000);

  test('a viewer is offered no act', async () => {
    await inScene('guest-viewer', async (page) => {
      await page.getByRole('heading', { name: 'Recovery points' }).waitFor();
      expect(await page.getByRole('button', { name: /^(back up|verify|protect)/i }).count()).toBe(0);
      expect(await page.getByRole('button', { name: /what to do with/i }).count()).toBe(0);
    });
    await inScene('guests-viewer', async (page) => {
      await page.getByText('36 guests').waitFor();
      expect(await page.getByRole('checkbox').count()).toBe(0);
    });
  }, 120_000);

  test('a backup is asked for once more before it starts, carries the token of the session, and tells what came of it', async () => {
    await inScene(
      'guest',
      async (page) => {
        const posted = page.waitForRequest((request) => request.method() === 'POST');
        await page.getByRole('button', { name: 'Back up now' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Back up now' }).click();
        const request = await posted;
        expect(new URL(request.url()).pathname).toBe('/api/v1/guests/home/100/backup');
        expect(request.headers()['x-csrf-token']).toBe('c');
        await page.getByText('The backup of 100 has started.').waitFor();
        expect(await page.getByRole('dialog').count()).toBe(0);
      },
      (path) => (path.endsWith('/backup') ? { body: { outcome: 'started', text: 'The backup of 100 has started.' } } : undefined),
    );
  }, 120_000);

  test('no finger hovers: a tap on a time shows the exact one in its place, and the next tap takes it back', async () => {
    const touch = { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } };
    for (const scene of ['audit', 'guests', 'guest'])
      await inScene(
        scene,
        async (page) => {
          const time = page.locator('time[title]').first();
          const [shown, precise] = [await time.textContent(), await time.getAttribute('title')];
          expect([shown === precise, shown?.endsWith(`, ${precise}`)]).toEqual([false, true]);
          await time.tap();
          expect([await time.textContent(), await tooWide(page)]).toEqual([precise, 0]);
          expect(precise).toMatch(/2026, \d\d:\d\d:\d\d CET \(Europe\/Vienna\)$/);
          await time.tap();
          expect(await time.textContent()).toBe(shown);
        },
        undefined,
        touch,
      );
  }, 120_000);

  test('a text whose check must wait for the one before is checked in its turn', async () => {
    let asked = 0;
    await inScene(
      'policy-edit',
      async (page) => {
        await page.getByText(/promises (hold|do not hold)$/).waitFor();
        expect(asked).toBe(3);
        expect(await page.getByText('Too many requests').count()).toBe(0);
      },
      (path) => {
        if (path !== '/policy/check') return undefined;
        asked += 1;
        const title = 'Too many requests';
        return asked < 3 ? { status: 429, body: { type: 'urn:holdfast:problem:too-many', title, status: 429 } } : undefined;
      },
    );
  }, 120_000);

  test('what is built is for production, whoever builds it', () => {
    const scripts = globSync('web/dist/assets/*.js').map((file) => readFileSync(file, 'utf8'));
    expect(scripts.length).toBeGreaterThan(5);
    expect(scripts.filter((script) => script.includes('Download the React DevTools'))).toEqual([]);
  });

  test('older changes come when they are asked for, below those that are there', async () => {
    const [newest] = CHANGES.items;
    const older = { items: [{ ...newest!, id: 'c-1', summary: 'the first of all' }], total: 73 };
    await inScene(
      'changes',
      async (page) => {
        await page.getByRole('button', { name: 'Older changes' }).click();
        await page.getByRole('link', { name: 'the first of all' }).waitFor();
        expect(await page.getByRole('link', { name: newest!.summary }).count()).toBe(1);
        expect(await page.getByRole('button', { name: 'Older changes' }).count()).toBe(0);
      },
      (path, query) => (path === '/changes' && query.get('cursor') === 'older' ? { body: older } : undefined),
    );
  }, 120_000);

  test('a point that Holdfast locks can be kept beyond its date: who does so is told what changes', async () => {
    await inScene(
      'guest',
      async (page) => {
        const posted = page.waitForRequest((request) => request.method() === 'POST');
        const locked = page.getByRole('row', { name: 'locked by Holdfast' }).first();
        await locked.getByRole('button', { name: 'What to do with the point of' }).click();
        await page.getByRole('menuitem', { name: 'Protect …' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByText(/Holdfast locks the point of .* and lifts that then\. Protected by you it stays/).waitFor();
        await dialog.getByLabel('Why').fill('for the auditors');
        await dialog.getByRole('button', { name: 'Protect' }).click();
        expect((await posted).postDataJSON()).toMatchObject({ protect: true, reason: 'for the auditors' });
      },
      (path) => {
        if (path.endsWith('/protect')) return { body: { outcome: 'done', text: 'It is protected.' } };
        return path === '/guests/home/100' ? { body: { ...GUEST, acts: [{ act: 'protect', possible: true }] } } : undefined;
      },
    );
  }, 120_000);

  test('what is refused says why and what to do', async () => {
    await inScene(
      'guest',
      async (page) => {
        await page.getByRole('button', { name: 'Back up now' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Back up now' }).click();
        await page.getByText('It is being backed up already').waitFor();
        await page.getByText('Wait until it has ended.').waitFor();
      },
      (path) =>
        path.endsWith('/backup')
          ? {
              status: 409,
              body: {
                type: 'urn:holdfast:problem:busy',
                title: 'It is being backed up already',
                status: 409,
                fix: 'Wait until it has ended.',
              },
            }
          : undefined,
    );
  }, 120_000);

  test('keys: g g goes to the guests, / searches there, the filter lands in the address, ? lists the keys', async () => {
    await inScene('overview', async (page) => {
      await page.keyboard.press('g');
      await page.keyboard.press('g');
      await page.waitForURL('**/guests');
      await page.getByRole('heading', { name: 'Guests' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('mail');
      await page.waitForURL('**/guests?q=mail');
      await page.getByRole('heading', { name: 'Guests' }).click();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    });
  }, 120_000);

  test('times are told by the clock of the daemon, the exact one with its zone', async () => {
    await inScene('overview', async (page) => {
      const look = page.locator('section[aria-label="Whether the promises hold"] time');
      expect(await look.textContent()).toContain('just now, Fri, 27 Nov 2026');
      await look.focus();
      await page.getByRole('tooltip').waitFor();
      expect(await page.getByRole('tooltip').textContent()).toContain('(Europe/Vienna)');
    });
  }, 120_000);

  test('an event makes the page ask again; where that fails, what is shown stays and says that it may no longer be true', async () => {
    let broken = false;
    await inScene(
      'overview',
      async (page, tell) => {
        await page.getByText('Live').waitFor();
        broken = true;
        tell({ topics: ['overview'] });
        await page.getByText('It broke.').waitFor();
        await page.getByText('may no longer be true').waitFor();
        await page.getByText('2 guests are not protected').waitFor();
      },
      (path) => (broken && path === '/overview' ? { status: 500, body: { type: 'x', title: 'It broke', status: 500 } } : undefined),
    );
  }, 120_000);

  test.each([
    ['alerts', 'alerts', '/alerts'],
    ['messages', 'alerts', '/messages'],
    ['audit', 'audit', '/audit'],
  ] as const)(
    '%s: an old list is not shown as if it were new',
    async (name, topic, route) => {
      let broken = false;
      await inScene(
        name,
        async (page, tell) => {
          await page.getByText('Live').waitFor();
          broken = true;
          tell({ topics: [topic] });
          await page.getByText('may no longer be true').waitFor();
        },
        (path) => (broken && path === route ? { status: 500, body: { type: 'x', title: 'It broke', status: 500 } } : undefined),
      );
    },
    120_000,
  );

  test('who searches the alerts goes on typing, and a search that is taken away leaves the field empty', async () => {
    await inScene('alerts', async (page) => {
      await page.getByLabel('Search').pressSequentially('post');
      await page.waitForURL('**/alerts?q=post');
      await page.keyboard.type('gres');
      await page.waitForURL('**/alerts?q=postgres');
      await page.getByRole('button', { name: 'Show all' }).first().click();
      await page.waitForURL('**/alerts');
      expect(await page.getByLabel('Search').inputValue()).toBe('');
    });
  }, 120_000);

  test('a filter of the guests is taken away, and the order stays', async () => {
    await inScene('guests', async (page) => {
      await page.getByLabel('Order').selectOption('name');
      await page.getByLabel('Posture').selectOption('broken');
      await page.waitForURL('**/guests?sort=name&posture=broken');
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.waitForURL('**/guests?sort=name');
    });
  }, 120_000);
});

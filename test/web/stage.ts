import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openPage, settled } from './browser.ts';
import { serveFixtures, type Answers } from './fixture-server.ts';
import { NOW } from './fixtures/overview.ts';
import { SCENES } from './fixtures/scenes.ts';

/** One browser window in which scene after scene is shown: what a scene does not change of the program is loaded once. */
export type Stage = {
  readonly page: Page;
  /** What the page of this scene wrote to the console as an error. */
  readonly errors: string[];
  readonly tell: Awaited<ReturnType<typeof serveFixtures>>['tell'];
  /** Opens a scene anew in light, as wide as at first, as in a browser that was never here. `instead` is asked before the scene is. */
  readonly show: (name: string, instead?: Answers) => Promise<void>;
  readonly close: () => Promise<void>;
};

type Storages = { readonly origin: string } & Readonly<Record<'localStorage' | 'sessionStorage', { readonly clear: () => void }>>;

export async function openStage(browser: Browser, device?: BrowserContextOptions): Promise<Stage> {
  let answers: Answers = () => undefined;
  const { url, tell, stop } = await serveFixtures((path, query) => answers(path, query), NOW);
  const { page, errors } = await openPage(browser, { width: 1280, scheme: 'light' }, device);
  const size = page.viewportSize()!;
  // At the start of each document but of the blank one, which has no storage.
  await page.addInitScript(() => {
    const here = globalThis as unknown as Storages;
    if (here.origin === 'null') return;
    here.localStorage.clear();
    here.sessionStorage.clear();
  });
  return {
    page,
    errors,
    tell,
    show: async (name, instead) => {
      const scene = SCENES.find((each) => each.name === name);
      if (scene === undefined) throw new Error(`no scene ${name}`);
      // The scene before ends whole, with what it still asked for, before the answers are others.
      await page.goto('about:blank');
      answers = (path, query) => instead?.(path, query) ?? scene.answers(path, query);
      errors.length = 0;
      await page.mouse.move(0, 0);
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(url + scene.path);
      await settled(page);
    },
    close: async () => {
      await page.context().close();
      stop();
    },
  };
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Whether a page is judged whole, or only by what another colour scheme can change of one that was. */
export type Judged = 'whole' | 'colours';

/** The rules of axe-core that look at colours. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** What axe-core finds, a line each: rule, how often, the first place. Contrast and names, WCAG 2.2 AA and best practice. */
export async function violations(page: Page, judged: Judged = 'whole'): Promise<string[]> {
  const rules = judged === 'colours' ? { runOnly: { type: 'rule', values: OF_COLOURS } } : {};
  // Through the debugger, so that axe needs no exception from the page's security policy; once a document.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(SOURCE);
  return await page.evaluate(
    async (options) => {
      const { axe } = globalThis as unknown as {
        axe: {
          run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
        };
      };
      const { violations } = await axe.run(options);
      return violations.map(
        ({ id, nodes }) => `${id} ×${nodes.length}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary?.slice(0, 300)}`,
      );
    },
    { resultTypes: ['violations'], ...rules },
  );
}

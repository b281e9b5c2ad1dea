import type { SiteGrants } from '#app/grants.ts';
import type { Purpose } from '#core/rights/needed.ts';
import type { Paint } from '../out.ts';
import { wrap } from './wrap.ts';

const WHERE: Readonly<Record<Purpose, string>> = {
  audit: "go where the policy's token points to",
  apply: "go where the policy's applyToken points to",
  move: "go where the policy's applyToken points to",
  lock: "go where the policy's storages.backupToken points to",
  drill: 'are the login of drills',
  retry: "go where the policy's pve.retryToken points to",
  pressure: "go where the policy's pve.pressureToken points to",
};

export function grantsText(
  { purpose, sites }: { readonly purpose: Purpose; readonly sites: readonly SiteGrants[] },
  paint: Paint,
  width = 100,
): string {
  const blocks = sites.flatMap(({ site, grants }) =>
    grants.map(({ server, product, token, commands }) => {
      const head = paint.bold(`# ${site}: on ${product === 'pve' ? 'a node of the cluster' : `the PBS "${server}"`}, as root`);
      const lines = commands.map(({ run, because }) => `${paint.dim(comment(because, width))}\n${run}`);
      return `${head}\n${lines.join('\n')}\n${paint.dim(`# ${token} and its secret ${WHERE[purpose]}`)}`;
    }),
  );
  const nothing = `Nothing is to be granted for ${purpose}.`;
  return blocks.length === 0
    ? nothing
    : `${blocks.join('\n\n')}\n\n${paint.dim('# A grant works after up to five seconds. Then: holdfast doctor')}`;
}

function comment(text: string, width: number): string {
  return wrap(text, { width: width - 2, indent: 0 }).split('\n').map((line) => `# ${line}`).join('\n'); // prettier-ignore
}

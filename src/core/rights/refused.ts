import { grantCommands } from './grants.ts';
import type { RightsScope } from './needed.ts';

export type RefusedWrite = {
  /** `pve`, or the policy's name of a PBS. */
  readonly server: string;
  readonly privilege: string;
  readonly path: string;
  readonly scope: RightsScope;
  /** Where the policy names the server's logins: `sites.home.pve`. */
  readonly at: string;
  /** The policy names a login for writes; without, the one that watches was used. */
  readonly hasApplyToken: boolean;
};

/** What to do about a write that was refused for want of a right: the commands that give `apply` all it needs on that server. */
export function grantsForWrite({ server, privilege, path, scope, at, hasApplyToken }: RefusedWrite): string {
  const grants = grantCommands('apply', scope).find((one) => one.server === server);
  if (!grants) return 'print the grants that are missing:\n    holdfast grants --for apply';
  const lack = `the login lacks ${privilege} on ${path}`;
  const where = grants.product === 'pve' ? 'on a node of the cluster, as root' : `on the PBS "${server}", as root`;
  const commands = grants.commands.map(({ run }) => run).filter((run) => !hasApplyToken || !MAKES_LOGIN.test(run));
  const list = commands.map((run) => `\n    ${run}`).join('');
  return hasApplyToken
    ? `${lack}. Give ${at}.applyToken, here called ${grants.token}, what it takes, ${where}:${list}`
    : `${lack}, for it only watches. Make one that may write, ${where}:${list}\nThen let ${at}.applyToken in the policy point to its secret.`;
}

const MAKES_LOGIN = /^(?:pveum user (?:add|token add)|proxmox-backup-manager user (?:create|generate-token)) /;

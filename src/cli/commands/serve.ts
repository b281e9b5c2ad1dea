import { mayServe } from '#app/may-watch.ts';
import type { SecretRef } from '#core/policy/policy.ts';
import { text, texts, type Command } from '../command.ts';
import { findingsText } from '../views/finding.ts';

const LISTEN = '127.0.0.1:8470';

export const serve: Command = {
  name: 'serve',
  summary: 'Watch sites day and night, and tell people early. Backups run without it, and it cannot delete any.',
  options: [
    {
      flags: '--listen ADDRESS',
      help: `where dashboard, API, health, metrics and webhooks are, host:port (default: HOLDFAST_LISTEN, or ${LISTEN})`,
    },
    {
      flags: '--hook-token SECRET',
      help: 'env:NAME, file:/path or exec:command; POST /hooks/TOKEN then makes it look (default: HOLDFAST_HOOK_TOKEN)',
    },
    { flags: '--allow-powerful-token NAME...', help: 'user@realm!name of a login that may be able to delete' },
  ],
  examples: [
    { run: 'holdfast serve', does: 'watches every site of the policy until Ctrl-C' },
    {
      run: 'holdfast serve --listen 0.0.0.0:8470',
      does: 'lets others reach it: the dashboard asks for a log-in, /metrics and /healthz ask nobody; put TLS in front',
    },
  ],
  exits: {
    0: 'ended by SIGTERM, everything given back',
    1: 'it could not start: the port or the memory',
    2: 'the policy or an option is invalid',
    5: 'a login could delete recovery points and was not allowed by name',
    130: 'ended by Ctrl-C, everything given back',
  },

  async run({ ports, out, env, serve: start, timers }, _args, flags) {
    const listen = text(flags, 'listen') ?? (env['HOLDFAST_LISTEN'] || LISTEN);
    const address = parseListen(listen);
    const hookToken = text(flags, 'hookToken') ?? (env['HOLDFAST_HOOK_TOKEN'] ? 'env:HOLDFAST_HOOK_TOKEN' : undefined);
    if (!address) return usage(`"${listen}" is no address: write host:port, such as ${LISTEN} or [::1]:8470`);
    if (hookToken !== undefined && !/^(?:env|file|exec):./.test(hookToken))
      return usage('--hook-token takes env:NAME, file:/path or exec:command');
    if (!start || !timers) throw new Error('this process cannot serve');
    const allowed = new Set(texts(flags, 'allowPowerfulToken'));
    const may = await mayServe({ ...ports, timers }, allowed);
    if (may.outcome !== 'may') {
      out.error(findingsText(may.findings, out.errorPaint, out.width));
      return may.outcome === 'invalid' ? 2 : 5;
    }
    const serving = await start({
      policy: may.policy,
      ...address,
      allowed,
      ...(hookToken === undefined ? {} : { hookToken: hookToken as SecretRef }),
    });
    if (serving.ok) return serving.ended;
    out.error(`error: ${serving.problem}\nFix: ${serving.fix}`);
    return 1;

    function usage(problem: string): number {
      out.error(`error: ${problem}`);
      return 2;
    }
  },
};

function parseListen(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host !== undefined && port <= 65_535 ? { host, port } : undefined;
}

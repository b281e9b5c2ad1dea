import { lock as lockSites } from '#app/lock.ts';
import { hasErrors } from '#core/finding.ts';
import { spellInstant } from '#core/units.ts';
import { isOn, text, texts, type Command } from '../command.ts';
import { findingsText } from '../views/finding.ts';
import { locksJson, locksText } from '../views/lock.ts';

export const lock: Command = {
  name: 'lock',
  summary: 'Which points are protected on PBS until their date, and by whom. Changes nothing without --apply.',
  options: [
    { flags: '--apply', help: 'set what a tier with lock: true promises, and lift what is due; never what others set' },
    { flags: '--site NAME...', help: 'only these sites' },
    { flags: '--by NAME', help: 'who does it, for the audit log; the user of this machine if not given' },
  ],
  examples: [
    { run: 'holdfast lock', does: 'group by group: ours, others’, what is to be set or lifted' },
    { run: 'holdfast lock --apply', does: 'once, by hand; a running watch (holdfast serve) does it by itself' },
  ],
  exits: {
    0: 'shown, or done',
    1: 'a protection could not be set, somebody had lifted one, or a site could not be looked at',
    2: 'the policy is invalid, or has no such site',
  },

  async run({ ports, out, env }, _args, flags) {
    const { memory } = ports;
    if (!memory) throw new Error('this process remembers nothing');
    const sites = texts(flags, 'site');
    const by = text(flags, 'by') ?? env['SUDO_USER'] ?? env['USER'] ?? 'somebody';
    const apply = isOn(flags, 'apply') ? { by, holder: `holdfast lock by ${by} at ${spellInstant(ports.clock.now(), 'UTC')}` } : undefined;
    const found = await lockSites({ ...ports, memory }, { ...(sites.length > 0 && { sites }), ...(apply && { apply }) });
    if (found.outcome === 'invalid') {
      out.result(found.findings, findingsText, { findings: found.findings });
      return 2;
    }
    out.result(found, locksText, locksJson(found));
    return found.sites.some(({ trouble, unseen, findings }) => trouble !== undefined || unseen.length > 0 || hasErrors(findings)) ? 1 : 0;
  },
};

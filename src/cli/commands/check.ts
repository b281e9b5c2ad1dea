import type { Command } from '../command.ts';
import { isOn } from '../command.ts';
import { checkedJson, checkedText } from '../views/check.ts';
import { check as checkPolicy } from '#app/check.ts';
import { hasErrors } from '#core/finding.ts';

export const check: Command = {
  name: 'check',
  summary: 'Prove that the promises of the policy can be kept. Asks no server.',
  options: [{ flags: '--strict', help: 'with no grace at all, and with the keep values the policy states' }],
  examples: [
    { run: 'holdfast check', does: 'prove RPO, retention and the rest over 28 years of calendar' },
    { run: 'holdfast check --strict', does: 'what it takes to keep every promise to the minute' },
    { run: 'holdfast check --json', does: 'the same for scripts' },
  ],
  exits: { 0: 'every promise holds', 2: 'the policy is invalid', 4: 'a promise does not hold' },

  async run({ ports, out }, _args, flags) {
    const checked = await checkPolicy(ports, { strict: isOn(flags, 'strict') });
    out.result(checked, checkedText, checkedJson(checked));
    if (!checked.understood) return 2;
    return hasErrors(checked.findings) ? 4 : 0;
  },
};

import { doctor as examineAll } from '#app/doctor.ts';
import { hasErrors } from '#core/finding.ts';
import { texts, type Command } from '../command.ts';
import { doctorJson, doctorText } from '../views/doctor.ts';
import { findingsText } from '../views/finding.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check that servers answer, logins have their rights, clocks and zones agree. Changes nothing.',
  options: [{ flags: '--site NAME...', help: 'only these sites' }],
  examples: [{ run: 'holdfast doctor', does: 'each server and login, and what to do about what is wrong' }],
  exits: { 0: 'nothing stands in the way', 1: 'something does', 2: 'the policy is invalid', 5: 'a right is missing' },

  async run({ ports, out }, _args, flags) {
    const sites = texts(flags, 'site');
    const result = await examineAll(ports, sites.length > 0 ? { sites } : {});
    if (result.outcome === 'invalid') {
      out.result(result.findings, findingsText, { findings: result.findings });
      return 2;
    }
    out.result(result, doctorText, doctorJson(result));
    if (!hasErrors(result.findings)) return 0;
    return result.findings.filter(({ severity }) => severity === 'error').every(({ code }) => code === 'HF-RIGHT') ? 5 : 1;
  },
};

import { adopt as adoptJobs } from '#app/adopt.ts';
import { isOn, texts, type Command } from '../command.ts';
import { confirmPlan } from '../confirm.ts';
import { appliedJson, appliedText, INTERRUPTED, interruptedText, progressText } from '../views/apply.ts';
import { exitCode } from './apply.ts';

export const adopt: Command = {
  name: 'adopt',
  summary: 'Take over jobs made by hand: the tiers’ jobs come first, the old ones go last. Deletes no point.',
  args: [{ name: 'ID...', help: 'ids of backup, prune, verify or sync jobs, as PVE and PBS show them' }],
  options: [
    { flags: '--allow NAME...', help: 'do a weakening step by its name, as the plan shows it' },
    { flags: '--site NAME...', help: 'only these sites' },
  ],
  examples: [
    { run: 'holdfast adopt nightly', does: 'make what the tiers need, then remove the job "nightly" once no guest leans on it' },
    { run: 'holdfast adopt nightly --allow weaken:nightly', does: 'the same without waiting for the first points of the tiers’ jobs' },
    { run: 'holdfast adopt hf-tier-1', does: 'take over a job that has the id of one of Holdfast’s and lost its mark' },
  ],
  exits: {
    0: 'taken over',
    1: 'stopped at a failure',
    2: 'the policy is invalid, no job has that id, or nobody could be asked',
    4: 'done, and an error is left that no step helps against: the policy does not keep what it promises, or a server was not read',
    5: 'a step was held back for want of its name, or a token lacks a right',
  },

  async run({ ports, out, interactive, onInterrupt }, ids, flags) {
    const yes = isOn(flags, 'yes');
    if (!yes && !interactive) {
      out.error('error: nobody sits here to be asked.\nSay so:\n    holdfast adopt ID --yes');
      return 2;
    }
    onInterrupt?.(() => out.error(INTERRUPTED));
    const sites = texts(flags, 'site');
    const applied = await adoptJobs(ports, {
      ids,
      ...(sites.length > 0 && { sites }),
      allow: new Set(texts(flags, 'allow')),
      confirm: (steps, _held, unkept) => confirmPlan(steps, unkept, { yes, out }),
      onInterrupted: (interrupted) => out.note(interruptedText(interrupted)),
      onProgress: (progress) => void (progress.state === 'started' && out.note(progressText(progress))),
    });
    out.result(applied, appliedText, appliedJson(applied));
    return exitCode(applied);
  },
};

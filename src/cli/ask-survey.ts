import type { Survey } from '#app/survey.ts';
import type { Choices } from '#app/survey-policy.ts';

const TIERS = [
  { value: 1, label: 'tier 1: critical production' },
  { value: 2, label: 'tier 2: standard application' },
  { value: 3, label: 'tier 3: development and testing' },
  { value: 4, label: 'tier 4: cache and temporary' },
  { value: 0, label: 'decide later' },
];

/** Asks whether the certificates are the right ones, and for the tier of each guest nothing is proposed for. Undefined: broken off. */
export async function askSurvey(survey: Survey, proposed: Choices): Promise<Choices | undefined> {
  const { confirm, isCancel, select } = await import('@clack/prompts');
  for (const { url, pin } of [survey.pve, ...(survey.pbs ? [survey.pbs] : [])]) {
    if (pin === undefined) continue;
    const right = await confirm({ message: `Is ${pin} the fingerprint ${url} shows on its own console?`, initialValue: false });
    if (isCancel(right) || !right) return undefined;
  }
  const choices = new Map(proposed);
  for (const { vmid, name } of survey.guests.filter((guest) => !proposed.has(guest.vmid))) {
    const tier = await select({ message: `Which tier is ${vmid} ${name}?`, options: TIERS, initialValue: 0 });
    if (isCancel(tier)) return undefined;
    if (tier !== 0) choices.set(vmid, tier);
  }
  return choices;
}

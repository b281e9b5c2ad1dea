import type { Survey, SurveyedGuest } from '#app/survey.ts';
import type { Choices } from '#app/survey-policy.ts';
import type { Paint } from '../out.ts';
import { wrap } from './wrap.ts';

/** What a site is like before Holdfast: who is unprotected today, and which tier each guest would get, with the reasons. */
export function surveyText({ site, pve, pbs, guests, unknown }: Survey, choices: Choices, paint: Paint, width = 100): string {
  const bare = guests.filter(({ jobs }) => jobs?.length === 0);
  const gaps = unknown.map(({ what, because }) => `${paint.yellow('not known')} ${what}: ${because.trim()}`);
  const lines = [
    `${paint.bold(`Site ${site}`)}: PVE ${pve.url}, ${pbs ? `PBS ${pbs.url}` : paint.yellow('no PBS found')}`,
    ...[pve, ...(pbs ? [pbs] : [])].flatMap(({ url, pin }) => (pin === undefined ? [] : [`  ${url} shows ${pin}`])),
    '',
    ...gaps,
    ...guests.map((guest) => guestText(guest, choices, paint, width)),
    ...(guests.length === 0 ? ['No guest was found.'] : ['', protectedText(guests, bare, paint)]),
  ];
  return `${lines.join('\n')}\n`;
}

function protectedText(guests: readonly SurveyedGuest[], bare: readonly SurveyedGuest[], paint: Paint): string {
  if (guests.some(({ jobs }) => jobs === undefined)) return paint.yellow('Which guests are in a backup job today is not known.');
  if (bare.length === 0) return `All ${guests.length} guests are in an enabled backup job today.`;
  const names = bare.map(({ name, vmid }) => name || String(vmid)).join(', ');
  return paint.red(
    `${bare.length} of ${guests.length} guests ${bare.length === 1 ? 'is' : 'are'} in no enabled backup job today: ${names}`,
  );
}

function guestText({ vmid, type, name, jobs, suggestion }: SurveyedGuest, choices: Choices, paint: Paint, width: number): string {
  const tier = choices.get(vmid);
  const head = `${type === 'vm' ? 'VM' : 'CT'} ${vmid} ${paint.bold(name)}`;
  const today = jobs === undefined ? 'not known' : jobs.length === 0 ? paint.red('no job') : `in ${jobs.join(', ')}`;
  const proposal = tier === undefined ? paint.yellow('no tier proposed') : `tier ${tier}`;
  return `${head}: ${proposal}; today ${today}\n${wrap(suggestion.reasons.join('; '), { width, indent: 4 })}`;
}

export function surveyJson(survey: Survey, choices: Choices, file: string): unknown {
  const guests = survey.guests.map(({ suggestion, jobs, ...guest }) => ({
    ...guest,
    tier: choices.get(guest.vmid) ?? null,
    confidence: suggestion.confidence,
    reasons: suggestion.reasons,
    jobs: jobs ?? null,
  }));
  return { ...survey, guests, file };
}

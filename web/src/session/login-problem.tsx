import type { LoginProblem } from '#server/api/schema/session.ts';
import { RefusalBox } from './refusal.tsx';

const SAID: Readonly<Record<LoginProblem, readonly [title: string, text: string]>> = {
  'no-role': [
    'You have no role here',
    'None of your groups has one. Whoever runs Holdfast can give a group a role in the policy (server).',
  ],
  disabled: ['This account is disabled', 'Whoever is admin here can enable it again.'],
  'name-taken': [
    'Your name cannot be used here',
    'Another account has it, or it holds characters that no name may. The log of the daemon says more.',
  ],
  refused: [
    'The log-in came to nothing',
    'It was called off, took longer than ten minutes, or could not be proved. Try again; the log of the daemon says more.',
  ],
  unreachable: [
    'The issuer cannot be asked now',
    'Try again later; the log of the daemon says why. A local account can log in with its password.',
  ],
};

/** What became of a log-in at the issuer, where it came back with `?problem=…`. */
export function LoginProblemAlert() {
  const problem = new URLSearchParams(window.location.search).get('problem');
  if (problem === null || !Object.hasOwn(SAID, problem)) return null;
  const [title, text] = SAID[problem as LoginProblem];
  return <RefusalBox title={title}>{text}</RefusalBox>;
}

// For files that an older Node may run: plain JavaScript.
import { spawn } from 'node:child_process';

/**
 * Runs a program as if it stood in the place of this process: same streams, same signals, same end. Promises its exit code, 128 and the
 * signal's number where a signal ended it. A process that only waits would die of a SIGTERM and leave a daemon behind that nobody owns.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>}
 */
export function inItsPlace(program, args, env = process.env) {
  const child = spawn(program, args, { stdio: 'inherit', env });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Ctrl-C reaches both from the terminal; from elsewhere it is handed on.
  process.on('SIGINT', () => void (process.stdin.isTTY || child.kill('SIGINT')));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0)));
  });
}

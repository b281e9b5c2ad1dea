import pino, { type DestinationStream } from 'pino';
import type { Log } from '#app/ports.ts';
import { makePaint } from '#cli/out.ts';

export type LogOptions = {
  readonly write: (text: string) => unknown;
  /** Lines for eyes in place of JSON. */
  readonly forPeople: boolean;
  readonly color: boolean;
  /** Texts that must never be written, as they are known by now. */
  readonly secrets: () => Iterable<string>;
};

/** Fields that hold a secret wherever they stand. Nothing of ours has one; a library's error may. */
const SECRET_FIELDS = ['token', 'secret', 'password', 'authorization', 'cookie', 'key'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** Structured lines: one JSON object each, with level, time and site; on a terminal, a sentence with what belongs to it. */
export function makeLog({ write, forPeople, color, secrets }: LogOptions): Log {
  const stream: DestinationStream = { write: (line) => void write(withoutSecrets(forPeople ? sentence(line, color) : line, secrets())) };
  const logger = pino(
    {
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: { paths: SECRET_FIELDS, censor: '…' },
    },
    stream,
  );
  return {
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
  };
}

/** A secret in a message is one that a server or a library said back. */
function withoutSecrets(line: string, secrets: Iterable<string>): string {
  let clean = line;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '…');
  return clean;
}

type Entry = Readonly<Record<string, unknown>> & { readonly level: string; readonly time: string; readonly message: string };

/** `14:20:31 home: looked (outcome complete, seconds 1, requests 40)` */
function sentence(line: string, color: boolean): string {
  const { level, time, message, site, stack: _stack, ...rest } = JSON.parse(line) as Entry;
  const paint = makePaint(color);
  const clock = paint.dim(new Date(time).toTimeString().slice(0, 8));
  const where = typeof site === 'string' ? `${paint.bold(site)}: ` : '';
  const what = level === 'warn' ? paint.yellow(message) : message;
  const fields = Object.entries(rest).map(([name, value]) => `${name} ${spell(value)}`);
  return `${clock} ${where}${what}${fields.length > 0 ? paint.dim(` (${fields.join(', ')})`) : ''}\n`;
}

function spell(value: unknown): string {
  if (Array.isArray(value)) return value.map(spell).join(' · ');
  if (typeof value === 'object' && value !== null) return Object.values(value).map(spell).join(' ');
  return String(value);
}

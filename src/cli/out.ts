import { styleText } from 'node:util';

/** What a view may ask of colours; each is the identity where there is no terminal. */
export type Paint = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>>;

/** The only place that writes to the terminal. */
export type Out = {
  /** Text for people on standard output; nothing with `--json`. */
  readonly text: (text: string) => void;
  /** A result: the view's text for people, or with `--json` the one document on standard output. */
  readonly result: <T>(value: T, view: (value: T, paint: Paint, width: number) => string, json?: unknown) => void;
  /** Progress and remarks on standard error; nothing with `--quiet`. */
  readonly note: (text: string) => void;
  /** An error on standard error, always. */
  readonly error: (text: string) => void;
  /** A raw line on standard output, for `--batch`. */
  readonly line: (text: string) => void;
  readonly json: boolean;
  readonly quiet: boolean;
  /** The errors that were told, where `--json` is still owed its document; undefined where it got one, or none was asked for. */
  readonly owed: () => string | undefined;
  readonly paint: Paint;
  readonly errorPaint: Paint;
  /** Columns of the terminal; 100 where there is none. */
  readonly width: number;
};

export type Streams = {
  readonly stdout: { readonly write: (text: string) => unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: { readonly write: (text: string) => unknown; readonly isTTY?: boolean };
};

export function makeOut(streams: Streams, options: { readonly json: boolean; readonly quiet: boolean; readonly color: boolean }): Out {
  const paint = makePaint(options.color && streams.stdout.isTTY === true);
  const width = streams.stdout.columns ?? 100;
  const line = (text: string): void => void streams.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  const warn = (text: string): void => void streams.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
  let wrote = false;
  let told = '';
  const write = (text: string): void => {
    wrote = true;
    line(text);
  };
  return {
    text: (text) => void (options.json || write(text)),
    result: (value, view, json) => write(options.json ? JSON.stringify(json ?? value, undefined, 2) : view(value, paint, width)),
    note: (text) => void (options.quiet || warn(text)),
    error: (text) => {
      told += text;
      warn(text);
    },
    line: write,
    owed: () => (options.json && !wrote ? told : undefined),
    json: options.json,
    quiet: options.quiet,
    paint,
    errorPaint: makePaint(options.color && streams.stderr.isTTY === true),
    width,
  };
}

/** Colours, or the identity for each. */
export function makePaint(colored: boolean): Paint {
  const style =
    (name: keyof Paint) =>
    (text: string): string =>
      colored ? styleText(name, text, { validateStream: false }) : text;
  return { bold: style('bold'), dim: style('dim'), red: style('red'), green: style('green'), yellow: style('yellow'), cyan: style('cyan') };
}

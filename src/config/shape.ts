import type { z } from 'zod';
import { closest } from '#core/closest.ts';
import type { Finding } from '#core/finding.ts';
import { FORMATS } from './format.ts';
import { PolicySchema } from './schema/policy.ts';
import { find, spellPath, toPlain, type Scalar, type Tree, type TreePath } from './tree.ts';
import { defOf, keysAt, schemaAt } from './walk.ts';
import { findingAt } from './yaml.ts';
import type { Note } from './note.ts';
import { mask, type Span } from './source.ts';

/** `onKey`: what is wrong is the key itself. */
type Issue = z.core.$ZodIssue & { readonly onKey?: true };

/** Words people bring from elsewhere. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  frequency: 'schedule',
  cron: 'schedule',
  tz: 'timeZone',
  zone: 'timeZone',
  vmid: 'guests',
  vmids: 'guests',
  vms: 'guests',
  guest: 'guests',
  prune: 'keep',
  keepFor: 'retention',
  tolerance: 'grace',
  ns: 'namespace',
  store: 'datastore',
  password: 'token',
  secret: 'token',
  host: 'url',
  servers: 'sites',
  levels: 'tiers',
  assignments: 'assign',
  rules: 'assign',
  encrypted: 'encryption',
  immutable: 'lock',
};

/** Everything in a policy's tree that does not have the shape of a policy. */
export function checkShape(tree: Tree): Finding[] {
  const result = PolicySchema.safeParse(toPlain(tree));
  if (result.success) return [];
  const issues = result.error.issues.flatMap((issue) => flatten(tree, issue, []));
  const renamed = new Set<string>();
  const findings: Finding[] = [];
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys')
      findings.push(...issue.keys.map((key) => unknownKey(tree, issue.path as TreePath, key, renamed)));
  }
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys' && !renamed.has(spellPath(issue.path as TreePath))) findings.push(explain(tree, issue));
  }
  return findings;
}

const KIND_OF: Readonly<Record<string, Tree['kind']>> = { array: 'list', object: 'map', record: 'map' };

/** A union's errors are those of the alternative that was meant: the list where a list stands. */
function flatten(tree: Tree, issue: Issue, above: TreePath): Issue[] {
  const path = [...above, ...(issue.path as TreePath)];
  if (issue.code === 'invalid_key') return issue.issues.map((one) => ({ ...one, path, onKey: true }));
  if (issue.code !== 'invalid_union') return [{ ...issue, path }];
  const { schema } = schemaAt(PolicySchema, path);
  const options = (schema && defOf(schema).options) ?? [];
  const kinds = options.map((option) => KIND_OF[defOf(option).type] ?? 'scalar');
  const { kind } = find(tree, path).tree;
  const chosen = kinds.includes(kind) ? kinds.indexOf(kind) : kinds.findIndex((one) => (one === 'list') === (kind === 'list'));
  const errors = issue.errors[chosen];
  if (new Set(kinds).size === 1 || !errors) return [{ ...issue, path }];
  return errors.flatMap((one) => flatten(tree, one, path));
}

function unknownKey(tree: Tree, path: TreePath, key: string, renamed: Set<string>): Finding {
  const { schema } = schemaAt(PolicySchema, path);
  const known = keysAt(schema);
  const other = OTHER_WORDS[key];
  const meant = other !== undefined && known.includes(other) ? other : closest(key, known);
  const at = find(tree, [...path, key]);
  const here = meant !== undefined && find(tree, [...path, meant]).whole ? undefined : meant;
  if (here !== undefined) renamed.add(spellPath([...path, here]));
  const elsewhere = meant === undefined ? ownerOf(key) : undefined;
  const guess = meant ? `; did you mean "${meant}"?` : elsewhere ? `; it belongs in ${elsewhere}` : '';
  return findingAt(at.key ?? at.tree.span, {
    code: 'HF-KEY',
    at: spellPath([...path, key]),
    problem: `Unknown key "${shorten(key)}" in ${containerName(path)}${guess}`,
    why: 'nothing reads it, so what it was meant to say would silently not hold',
    fix: fixUnknown(key, known, meant, here, elsewhere),
  });
}

function fixUnknown(key: string, known: readonly string[], meant?: string, here?: string, elsewhere?: string): string {
  if (here !== undefined) return `rename it:\n    ${here}:`;
  if (meant !== undefined) return `remove it; "${meant}" already stands beside it`;
  if (elsewhere !== undefined) return `move it into ${elsewhere}:\n    ${key}:`;
  return `remove it; known here are ${known.join(', ')}`;
}

/** Where a key is at home that stands in the wrong place. */
function ownerOf(key: string): string | undefined {
  const homes: readonly [string, TreePath][] = [
    ['a tier', ['tiers', '1']],
    ['a site', ['sites', 'home']],
    ['"pbs"', ['sites', 'home', 'pbs']],
    ['a line of "assign"', ['assign', 0]],
    ['"assume"', ['assume']],
    ['the top of the policy', []],
  ];
  return homes.find(([, path]) => keysAt(schemaAt(PolicySchema, path).schema).includes(key))?.[0];
}

/** How a message calls the map at a path. */
function containerName(path: TreePath): string {
  const [first, second] = path;
  if (path.length === 0) return 'the policy';
  if (path.length === 2 && first === 'tiers') return `tier ${second}`;
  if (path.length === 2 && first === 'sites') return `site ${second}`;
  if (path.length === 2 && first === 'assign') return `line ${Number(second) + 1} of "assign"`;
  const name = path.findLast((part) => typeof part === 'string');
  if (first === 'tiers') return `"${name}" of tier ${second}`;
  if (first === 'sites') return `"${name}" of site ${second}`;
  return `"${name}"`;
}

function explain(tree: Tree, issue: Issue): Finding {
  const path = issue.path as TreePath;
  const { tree: value, key, whole } = find(tree, path);
  const { note, schema } = schemaAt(PolicySchema, path);
  const why = note?.why ?? 'what cannot be read cannot be kept';
  const name = path.findLast((part) => typeof part === 'string') ?? 'policy';
  const at = spellPath(path) || 'policy';
  if (!whole) return missing({ parent: key ?? startOf(value.span), name, at, path, note });
  if (issue.code === 'custom' && note?.format === 'secret') return secretWritten(value.span, at, name, issue.message);
  const span = !issue.onKey && value.kind === 'scalar' && value.value !== null ? value.span : (key ?? startOf(value.span));
  if (value.kind === 'scalar' && value.value === null && path.length === 2 && typeof path[1] === 'string')
    return emptyPart(key ?? span, path);
  if (issue.code === 'custom' && path.length === 2 && note === undefined && typeof path[1] === 'string')
    return badName(key ?? span, path, issue.message);
  const inList = typeof path.at(-1) === 'number' || issue.onKey === true;
  const { problem, fix } = words(issue, value, { name, note, inList, options: schema ? wordsOf(schema) : [] });
  return findingAt(span, { code: 'HF-VALUE', at, problem, why, fix });
}

/** A tier or a site of which nothing but its name is there. */
function emptyPart(span: Span, path: TreePath): Finding {
  const name = containerName(path);
  return findingAt(span, {
    code: 'HF-VALUE',
    at: spellPath(path),
    problem: `${name.charAt(0).toUpperCase()}${name.slice(1)} is empty`,
    why: 'nothing is said about it, so nothing can be kept',
    fix: 'remove the line, or see the preset for an example:\n    holdfast init --preset adr-005 --out -',
  });
}

/** A site or a tier that cannot be called like that. */
function badName(span: Span, path: TreePath, problem: string): Finding {
  return findingAt(span, {
    code: 'HF-VALUE',
    at: spellPath(path),
    problem,
    why: 'rules, jobs and reports refer to it by this word',
    fix: path[0] === 'tiers' ? 'give it a number; what it is called stands under "name":\n    1:' : 'give it another name:\n    home:',
  });
}

/** A secret in the policy is refused without being shown, neither in words nor in the quoted line. */
function secretWritten(span: Span, at: string, name: string, message: string): Finding {
  const words = [...at.split('.').filter((part) => part === 'pve' || part === 'pbs'), name];
  const variable = `HOLDFAST_${words
    .join('_')
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;
  const finding = findingAt(span, {
    code: 'HF-SECRET',
    at,
    problem: message.startsWith('A secret') ? `"${name}" holds a secret itself, not the place where one is found` : message,
    why: 'a policy is read by many and lives in a repository; a secret in it is a secret no more',
    fix: `put it into the environment, a file or a command, and change the token if the file was ever shared:\n    ${name}: "env:${variable}"`,
  });
  return message.startsWith('A secret') ? { ...finding, place: { ...finding.place!, text: maskAt(finding.place!) } } : finding;
}

function maskAt(place: NonNullable<Finding['place']>): string {
  const from = (place.textColumn ?? place.column) - 1;
  return Array.from(place.text, (character, i) => (i >= from && i < from + place.length ? '•' : character)).join('');
}

function missing(about: { parent: Span; name: string; at: string; path: TreePath; note: Note | undefined }): Finding {
  const { parent, name, at, path, note } = about;
  return findingAt(parent, {
    code: 'HF-MISSING',
    at,
    problem: `"${name}" is missing in ${containerName(path.slice(0, -1))}`,
    why: note?.why ?? 'what is not said cannot be kept',
    fix: `add it:\n    ${name}: ${note?.example ?? '…'}`,
  });
}

/** What a value of the format looks like, as a line of its own. */
function formatLine(note: Note | undefined): string {
  if (!note?.format) return '';
  const article = /^[aeio]/.test(note.format) ? 'An' : 'A';
  return `\n${article} ${note.format} is ${FORMATS[note.format].replaceAll('`', '')}`;
}

type About = {
  readonly name: string;
  readonly note: Note | undefined;
  readonly options: readonly string[];
  /** The value is one of a list, not what stands after the key. */
  readonly inList: boolean;
};
type Words = { readonly problem: string; readonly fix: string };

function words(issue: Issue, value: Tree, about: About): Words {
  const { name, note } = about;
  const like = `write it like this:\n    ${name}: ${note?.example ?? '…'}`;
  if (issue.code === 'custom') {
    const { fix } = (issue.params ?? {}) as { readonly fix?: string };
    return { problem: issue.message, fix: fix === undefined ? `${like}${formatLine(note)}` : writeIt(about, fix) };
  }
  if (value.kind === 'scalar' && value.value === null) {
    if (about.inList) return { problem: `A line of "${name}" is empty`, fix: 'remove the line, or say what it was meant to say' };
    return { problem: `"${name}" has no value`, fix: like };
  }
  const shown = show(value);
  if (issue.code === 'too_small') {
    if (value.kind === 'list') return { problem: `"${name}" is an empty list`, fix: 'name at least one, or remove the line' };
    if (value.kind === 'scalar' && value.value === '') return { problem: `"${name}" is empty`, fix: like };
    return { problem: `${shown} is too small for "${name}": at least ${issue.minimum}`, fix: like };
  }
  if (issue.code === 'too_big') return { problem: `${shown} is too large for "${name}": at most ${issue.maximum}`, fix: like };
  if (about.options.length > 0) return oneOf(value, about);
  return wrongKind(issue, value, about);
}

function oneOf(value: Tree, about: About): Words {
  const { name, options, note } = about;
  const given = value.kind === 'scalar' ? String(value.value) : '';
  const near = options.includes('none')
    ? tierMeant(given)
    : (BOOLEANS[given.toLowerCase()] ?? TYPES[given.toLowerCase()] ?? closest(given, options));
  const fits = near !== undefined && (options.includes(near) || /^\d+$/.test(near)) ? near : undefined;
  const problem = `${show(value)} is no value of "${name}": it is ${list(options)}${fits ? `; did you mean "${fits}"?` : ''}`;
  return { problem, fix: writeIt(about, fits ?? note?.example ?? options[0]!) };
}

/** `tier-2`, `Tier 2`, `two` → `2`. Only a clear no becomes `none`: a slip must not leave a guest without backup. */
function tierMeant(given: string): string | undefined {
  const number = /^(?:tier)?[-_ ]?([1-9]\d*)$/i.exec(given)?.[1];
  const word = ['one', 'two', 'three', 'four', 'five'].indexOf(given.toLowerCase());
  if (number !== undefined || word !== -1) return number ?? String(word + 1);
  return /^(none|no|never|nothing|off|false|null|0)$/i.test(given) ? 'none' : undefined;
}

/** Words of YAML 1.1 and of other tools. */
const BOOLEANS: Readonly<Record<string, string>> = { yes: 'true', on: 'true', no: 'false', off: 'false', '1': 'true', '0': 'false' };
const TYPES: Readonly<Record<string, string>> = { qemu: 'vm', kvm: 'vm', lxc: 'ct', container: 'ct' };

function wrongKind(issue: Issue, value: Tree, { name, note }: About): Words {
  const like = note?.example ?? '…';
  if (value.kind === 'scalar' && typeof value.value === 'number' && note?.format === 'duration') {
    return { problem: `${value.value} has no unit`, fix: `write\n    ${name}: ${value.value}h` };
  }
  // In quotes it would be accepted, as a minute of every hour.
  if (value.kind === 'scalar' && typeof value.value === 'number' && note?.format === 'event') {
    const hour = Number.isInteger(value.value) && value.value >= 0 && value.value < 24 ? String(value.value).padStart(2, '0') : '04';
    return { problem: `${value.value} is no calendar event; a time has hours and minutes`, fix: `write\n    ${name}: "${hour}:00"` };
  }
  const wanted = note?.format ? FORMATS[note.format].replaceAll('`', '') : KINDS[issue.code === 'invalid_type' ? issue.expected : ''];
  const is = wanted ? `; it is ${wanted}` : '';
  const fix = fixKind(issue, value, name) ?? `write it like this:\n    ${name}: ${like}`;
  return { problem: `${show(value)} is no value of "${name}"${is}`, fix };
}

function fixKind(issue: Issue, value: Tree, name: string): string | undefined {
  if (issue.code !== 'invalid_type' || value.kind !== 'scalar') return undefined;
  if (issue.expected === 'array') return `put it into brackets:\n    ${name}: [${value.value}]`;
  if (issue.expected === 'string') return `quote it:\n    ${name}: "${value.value}"`;
  if (issue.expected === 'int' || issue.expected === 'number') {
    return /^\d+$/.test(String(value.value)) ? `remove the quotes:\n    ${name}: ${value.value}` : undefined;
  }
  return undefined;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of names to values',
};

/** The values an enumeration allows. */
function wordsOf(schema: z.core.$ZodType): readonly string[] {
  const { type, entries, values, options } = schema._zod.def as unknown as {
    readonly type: string;
    readonly entries?: Readonly<Record<string, string>>;
    readonly values?: readonly Scalar[];
    readonly options?: readonly z.core.$ZodType[];
  };
  if (type === 'enum') return Object.values(entries ?? {});
  if (type === 'literal') return (values ?? []).map(String);
  if (type === 'boolean') return ['true', 'false'];
  if (type === 'union' && options?.some((option) => wordsOf(option).length > 0)) {
    return options.flatMap((option) => (wordsOf(option).length > 0 ? wordsOf(option) : ['a whole number from 1']));
  }
  return [];
}

function writeIt({ name, inList }: About, value: string): string {
  return `write\n    ${inList ? value : `${name}: ${value}`}`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function show(value: Tree): string {
  if (value.kind === 'list') return 'A list';
  if (value.kind === 'map') return 'A map';
  return typeof value.value === 'string' ? `"${shorten(mask(value.value))}"` : String(value.value);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The first character of a map or list: underlining all of it would hide what is meant. */
function startOf(span: Span): Span {
  return { ...span, end: span.start + 1 };
}

import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import type { Finding } from '#core/finding.ts';
import { decodeBytes, LARGEST_FILE_BYTES, tooLarge } from './bytes.ts';
import { makeSource, type Span } from './source.ts';
import type { Entry, MapTree, Tree } from './tree.ts';
import { findingAt, readYaml } from './yaml.ts';

/** Most files of one policy. */
const MOST_FILES = 50;

export type FilesResult = {
  readonly tree?: Tree;
  readonly findings: readonly Finding[];
  /** Every file that was read and is a text, in the order read: the main one first. */
  readonly files: readonly TextFile[];
};

/** `path` as findings name it, `file` where it lies. */
export type TextFile = { readonly path: string; readonly file: string; readonly text: string };

/** Texts by file that stand in for what lies there. No other file is read: who may try a text out may not read a folder with it. */
export type Overlay = ReadonlyMap<string, string>;

type Read = {
  readonly root: string;
  readonly cwd: string;
  readonly overlay: Overlay | undefined;
  readonly findings: Finding[];
  readonly texts: TextFile[];
  files: number;
  bytes: number;
};

/**
 * The policy's tree from a file and all it includes. A file's own lines come first, then those of the files it
 * includes in the order it names them; maps are joined, lists are appended, and what two files both say is a finding.
 * Included files lie in the folder of the policy or below it.
 */
export function readPolicyFiles(path: string, cwd: string, overlay?: Overlay): FilesResult {
  const file = resolve(cwd, path);
  const read: Read = { root: dirname(realPath(file) ?? file), cwd, overlay, findings: [], texts: [], files: 0, bytes: 0 };
  const tree = readOne(read, file, []);
  return { ...(tree ? { tree } : {}), findings: read.findings, files: read.texts };
}

function readOne(read: Read, file: string, above: readonly string[]): Tree | undefined {
  const shown = showPath(read.cwd, file);
  const bytes = readBytes(shown, file, read.overlay);
  if ('finding' in bytes) return refuse(read, bytes.finding);
  read.bytes += bytes.bytes.length;
  if (read.bytes > LARGEST_FILE_BYTES) return refuse(read, tooLarge(shown, read.bytes));
  const decoded = decodeBytes(shown, bytes.bytes);
  if ('finding' in decoded) return refuse(read, decoded.finding);
  if (!read.texts.some((known) => known.file === file)) read.texts.push({ path: shown, file, text: decoded.text });
  const { tree, findings } = readYaml(makeSource(shown, decoded.text));
  read.findings.push(...findings);
  if (findings.length === 0 && (!tree || (tree.kind === 'scalar' && tree.value === null))) return refuse(read, empty(shown));
  if (!tree || tree.kind !== 'map') return tree;
  return withIncludes(read, tree, file, above);
}

function withIncludes(read: Read, tree: MapTree, file: string, above: readonly string[]): Tree {
  const include = tree.entries.get('include');
  if (!include) return tree;
  let whole = tree;
  for (const named of include.value.kind === 'list' ? include.value.items : [include.value]) {
    if (named.kind !== 'scalar' || typeof named.value !== 'string' || named.value === '') continue;
    const target = resolve(dirname(file), named.value);
    const trouble = cannotInclude(read, { target, named: named.value, above: [...above, file] });
    if (trouble) {
      read.findings.push(findingAt(named.span, { code: 'HF-INCLUDE', at: 'include', ...trouble }));
      continue;
    }
    read.files++;
    const part = readIncluded(read, target, [...above, file], named.span);
    if (part) whole = merge(read, whole, part, '');
  }
  return whole;
}

/** An included file that is not there is a mistake on the line that names it. */
function readIncluded(read: Read, target: string, above: readonly string[], span: Span): Tree | undefined {
  const before = read.findings.length;
  const part = readOne(read, target, above);
  const last = read.findings.at(-1);
  if (read.findings.length === before + 1 && last?.code === 'HF-FILE') {
    read.findings[before] = findingAt(span, {
      code: 'HF-INCLUDE',
      at: 'include',
      problem: `The included file ${last.problem}`,
      why: 'what it was meant to say would silently not hold',
      fix: 'correct the path (it is relative to this file), or remove the line',
    });
  }
  return part;
}

type Refusal = Pick<Finding, 'problem' | 'why' | 'fix'>;

function cannotInclude(
  read: Read,
  { target, named, above }: { readonly target: string; readonly named: string; readonly above: readonly string[] },
): Refusal | undefined {
  const real = realPath(target) ?? target;
  if (real !== read.root && !real.startsWith(read.root + sep)) {
    return {
      problem: `"${named}" lies outside the policy's folder`,
      why: 'whoever may change that file could change what is promised, and the folder could not be reviewed as a whole',
      fix: `move the file into ${showPath(read.cwd, read.root)} or below it`,
    };
  }
  if (read.overlay && !read.overlay.has(target)) {
    return {
      problem: `"${named}" is not among the policy's files`,
      why: 'only files that the policy has already can be edited or read from here',
      fix: 'include it with an editor on the machine, or write what it says into one of the files',
    };
  }
  const circle = above.map((file) => realPath(file) ?? file).indexOf(real);
  if (circle !== -1) {
    const way = [...above.slice(circle), target].map((file) => showPath(read.cwd, file)).join(' → ');
    return { problem: `"${named}" includes itself: ${way}`, why: 'reading it would never end', fix: 'remove this line' };
  }
  if (read.files >= MOST_FILES) {
    return {
      problem: `More than ${MOST_FILES} files are included`,
      why: 'a policy that large cannot be reviewed',
      fix: 'join some of the files',
    };
  }
  return undefined;
}

function merge(read: Read, into: MapTree, part: Tree, path: string): MapTree {
  if (part.kind !== 'map') return into;
  const entries = new Map<string, Entry>(into.entries);
  for (const [name, entry] of part.entries) {
    if (path === '' && (name === 'holdfast' || name === 'include')) continue;
    const first = entries.get(name);
    if (!first) entries.set(name, entry);
    else entries.set(name, { key: first.key, value: mergeValue(read, first, entry, path === '' ? name : `${path}.${name}`) });
  }
  return { ...into, entries };
}

function mergeValue(read: Read, first: Entry, second: Entry, path: string): Tree {
  const joins = !path.includes('.');
  if (joins && first.value.kind === 'map' && second.value.kind === 'map') return merge(read, first.value, second.value, path);
  if (joins && first.value.kind === 'list' && second.value.kind === 'list') {
    return { ...first.value, items: [...first.value.items, ...second.value.items] };
  }
  const { file } = first.key.source;
  read.findings.push(
    findingAt(second.key, {
      code: 'HF-KEY-TWICE',
      at: path,
      problem: `"${path}" stands here a second time; the first is in ${file}`,
      why: 'only one of the two can hold, and a reader cannot tell which',
      fix: 'remove one of them',
    }),
  );
  return first.value;
}

function readBytes(
  shown: string,
  file: string,
  overlay: Overlay | undefined,
): { readonly bytes: Uint8Array } | { readonly finding: Finding } {
  const instead = overlay?.get(file);
  if (instead !== undefined) return { bytes: new TextEncoder().encode(instead) };
  try {
    const status = statSync(file);
    if (!status.isFile()) return { finding: unreadable(shown, status.isDirectory() ? 'is a folder' : 'is no ordinary file') };
    if (status.size > LARGEST_FILE_BYTES) return { finding: tooLarge(shown, status.size) };
    return { bytes: readFileSync(file) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const words: Readonly<Record<string, string>> = {
      ENOENT: 'does not exist',
      EACCES: 'may not be read by this user',
      ELOOP: 'is a link in a circle',
    };
    return { finding: unreadable(shown, words[code] ?? `cannot be read (${code})`) };
  }
}

function unreadable(shown: string, what: string): Finding {
  return {
    severity: 'error',
    code: 'HF-FILE',
    at: shown,
    problem: `${shown} ${what}`,
    why: 'without a policy nothing is promised, and nothing can be proved',
    fix: 'name it with --policy FILE or HOLDFAST_POLICY, or begin with the four tiers of the preset:\n    holdfast init --preset adr-005',
  };
}

function empty(shown: string): Finding {
  return {
    severity: 'error',
    code: 'HF-FILE',
    at: shown,
    problem: `${shown} is empty`,
    why: 'without a policy nothing is promised, and nothing can be proved',
    fix: 'begin with the four tiers of the preset:\n    holdfast init --preset adr-005',
  };
}

function refuse(read: Read, finding: Finding): undefined {
  read.findings.push(finding);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function showPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}

import { Composer, Parser, isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import type { Finding, FindingCode } from '#core/finding.ts';
import { spellPath, type Entry, type Scalar, type Tree } from './tree.ts';
import { placeOf, type SourceText, type Span } from './source.ts';
import { explainSyntax } from './syntax.ts';

/** Deepest nesting that is read; a policy needs six levels. */
const DEEPEST = 32;
/** Most values after all aliases are followed: an "alias bomb" of a few lines would otherwise grow without end. */
const MOST_VALUES = 50_000;
/** Most findings about one file's keys and aliases; a hostile file has a hundred thousand. */
const MOST_FINDINGS = 200;
/** Syntax errors cascade; more than these would bury the first one. */
const MOST_SYNTAX_FINDINGS = 10;

export type YamlResult = { readonly tree?: Tree; readonly findings: readonly Finding[] };

/** A finding about a stretch of a policy file. `at` is the path where there is one, `file:line:column` where not. */
export function findingAt(
  span: Span,
  finding: Omit<Finding, 'severity' | 'at' | 'place'> & { readonly severity?: Finding['severity']; readonly at?: string },
): Finding {
  const place = placeOf(span);
  return { severity: 'error', ...finding, at: finding.at ?? `${place.file}:${place.line}:${place.column}`, place };
}

/**
 * Parses one YAML 1.2 document into a tree with places, in time that grows with its length.
 * With a syntax error there is no tree: what a parser guesses after one is not what was meant.
 * Duplicate keys, loops, unknown tags and aliases are findings too; then the tree is what can be trusted.
 */
export function readYaml(source: SourceText): YamlResult {
  const [document, second] = firstDocuments(source.text);
  if (!document) return { findings: [] };
  const troubles = [...document.errors, ...document.warnings];
  if (troubles.length > 0) {
    const tabs = troubles.filter(({ code }) => code === 'TAB_AS_INDENT');
    const causes = tabs.length > 0 ? tabs : troubles;
    const findings = causes.slice(0, MOST_SYNTAX_FINDINGS).map((error) => explainSyntax(source, error));
    return { findings: firstPerLine(findings) };
  }
  if (second) return { findings: [secondDocument(source, second)] };
  return buildTree(source, document);
}

/** At most two documents. A hostile file has half a million errors, and an error without its stack costs a tenth. */
function firstDocuments(text: string): Document.Parsed[] {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent', version: '1.2' });
    const found: Document.Parsed[] = [];
    for (const document of composer.compose(new Parser().parse(text), true, text.length)) {
      found.push(document);
      if (found.length === 2) break;
    }
    return found;
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** One mistake often makes several errors on its line; the first tells the cause. */
function firstPerLine(findings: readonly Finding[]): Finding[] {
  const seen = new Set<number>();
  return findings.filter(({ place }) => {
    const line = place?.line ?? 0;
    if (seen.has(line)) return false;
    return seen.add(line);
  });
}

type Build = {
  readonly source: SourceText;
  readonly findings: Finding[];
  /** Trees by anchor; `open` while the anchored value is still being read. */
  readonly anchors: Map<string, { readonly tree: Tree; readonly size: number } | 'open'>;
  size: number;
  full: boolean;
};

function buildTree(source: SourceText, document: Document.Parsed): YamlResult {
  const build: Build = { source, findings: [], anchors: new Map(), size: 0, full: false };
  const tree = document.contents === null ? undefined : visit(build, document.contents, []);
  return { ...(tree && !build.full ? { tree } : {}), findings: build.findings };
}

function visit(build: Build, node: Node | null, path: readonly string[]): Tree {
  const span = spanOf(build, node);
  if (build.full) return nothing(span);
  build.size++;
  if (path.length > DEEPEST) return overflow(build, span, `Nested deeper than ${DEEPEST} levels`);
  if (build.size > MOST_VALUES) return overflow(build, span, `More than ${MOST_VALUES} values once all aliases are followed`);
  if (build.findings.length > MOST_FINDINGS) return overflow(build, span, `More than ${MOST_FINDINGS} mistakes in keys and aliases`);
  if (isAlias(node)) return follow(build, node.source, span, path);
  const anchor = node && 'anchor' in node ? node.anchor : undefined;
  if (anchor === undefined) return visitValue(build, node, span, path);
  const before = build.size;
  build.anchors.set(anchor, 'open');
  const tree = visitValue(build, node, span, path);
  build.anchors.set(anchor, { tree, size: build.size - before });
  return tree;
}

function visitValue(build: Build, node: Node | null, span: Span, path: readonly string[]): Tree {
  if (isMap(node)) return visitMap(build, node, span, path);
  if (isSeq(node)) {
    const items = node.items.map((item, i) => visit(build, item as Node | null, [...path, String(i)]));
    return { kind: 'list', items, span };
  }
  const value = isScalar(node) ? node.value : null;
  return { kind: 'scalar', value: plainScalar(value), span };
}

function plainScalar(value: unknown): Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function visitMap(build: Build, map: YAMLMap, span: Span, path: readonly string[]): Tree {
  const entries = new Map<string, Entry>();
  const merged: Tree[] = [];
  for (const pair of map.items as Pair<Node | null, Node | null>[]) {
    const key = spanOf(build, pair.key, span);
    const name = keyName(pair.key);
    if (name === undefined) {
      build.findings.push(strangeKey(key, path));
      continue;
    }
    const value = visit(build, pair.value ?? null, [...path, name]);
    const located = pair.value ? value : { ...value, span: key };
    const first = entries.get(name);
    if (name === '<<') merged.push(located);
    else if (first) build.findings.push(duplicateKey(name, key, first.key, path));
    else entries.set(name, { key, value: located });
  }
  for (const tree of merged) mergeInto(build, entries, tree, path);
  return { kind: 'map', entries, span };
}

/** YAML's merge key: what stands in the map itself wins over what is merged in. */
function mergeInto(build: Build, entries: Map<string, Entry>, tree: Tree, path: readonly string[]): void {
  if (tree.kind === 'list') return tree.items.forEach((item) => mergeInto(build, entries, item, path));
  if (tree.kind !== 'map') {
    build.findings.push(
      findingAt(tree.span, {
        code: 'HF-YAML',
        at: spellPath([...path, '<<']),
        problem: 'The merge key "<<" is given something that is no map',
        why: 'it copies the entries of another map into this one, and there are none',
        fix: 'name the anchor of a map:\n    <<: *name',
      }),
    );
    return;
  }
  for (const [name, entry] of tree.entries) if (!entries.has(name)) entries.set(name, entry);
}

function keyName(key: Node | null): string | undefined {
  if (!isScalar(key)) return undefined;
  const { value } = key;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function follow(build: Build, name: string, span: Span, path: readonly string[]): Tree {
  const target = build.anchors.get(name);
  const at = spellPath(path);
  if (target === undefined) {
    build.findings.push(
      findingAt(span, {
        code: 'HF-YAML',
        at,
        problem: `The alias "*${name}" has no anchor "&${name}" before it`,
        why: 'an alias repeats a value that stands earlier in the same file; a name that begins with * is quoted',
        fix: `write the value out, or quote it if it is a text:\n    "*${name}"`,
      }),
    );
    return nothing(span);
  }
  if (target === 'open') {
    build.findings.push(
      findingAt(span, {
        code: 'HF-YAML-LIMIT',
        at,
        problem: `The alias "*${name}" stands inside the value it repeats`,
        why: 'following it would never end',
        fix: 'write the value out instead of the alias',
      }),
    );
    return nothing(span);
  }
  build.size += target.size;
  if (build.size > MOST_VALUES) return overflow(build, span, `More than ${MOST_VALUES} values once all aliases are followed`);
  return target.tree;
}

function overflow(build: Build, span: Span, problem: string): Tree {
  build.full = true;
  const why = 'a policy is small; a file that grows like this was made by mistake or to make the program that reads it hang';
  build.findings.push(findingAt(span, { code: 'HF-YAML-LIMIT', problem, why, fix: 'write the policy out plainly' }));
  return nothing(span);
}

function nothing(span: Span): Tree {
  return { kind: 'scalar', value: null, span };
}

function spanOf({ source }: Build, node: Node | null, fallback?: Span): Span {
  const range = node?.range;
  if (!range) return fallback ?? { source, start: 0, end: 0 };
  return { source, start: range[0], end: range[1] };
}

function strangeKey(span: Span, path: readonly string[]): Finding {
  return findingAt(span, {
    code: 'HF-YAML',
    at: spellPath(path) || 'policy',
    problem: 'This key is no text and no number',
    why: 'a policy knows its keys by name; a list, a map or nothing cannot be looked up',
    fix: 'write a name before the colon; quote it if it holds special characters',
  });
}

function duplicateKey(name: string, span: Span, first: Span, path: readonly string[]): Finding {
  const { line } = placeOf(first);
  const code: FindingCode = 'HF-KEY-TWICE';
  return findingAt(span, {
    code,
    at: spellPath([...path, name]),
    problem: `The key "${name}" stands here a second time; the first is on line ${line}`,
    why: 'only one of the two can hold, and a reader cannot tell which',
    fix: `remove one of them, or merge what stands below both (line ${line} and this one)`,
  });
}

function secondDocument(source: SourceText, document: { readonly range?: readonly number[] }): Finding {
  const start = document.range?.[0] ?? 0;
  return findingAt(
    { source, start, end: start + 3 },
    {
      code: 'HF-YAML',
      problem: 'A second document begins here ("---")',
      why: 'a policy is one document; what stands in the second would be ignored',
      fix: 'remove the line "---", or move the part into a file of its own and name it under "include:"',
    },
  );
}

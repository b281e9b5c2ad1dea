/** Shape of a JSON value: a type, or the shapes of what it holds. Lists are one shape for all their elements. */
type Shape = { types: Set<string>; keys: Map<string, Shape>; elements: Shape | undefined };

function empty(): Shape {
  return { types: new Set(), keys: new Map(), elements: undefined };
}

function add(shape: Shape, value: unknown): void {
  if (Array.isArray(value)) {
    shape.types.add('list');
    shape.elements ??= empty();
    for (const element of value) add(shape.elements, element);
    return;
  }
  if (value !== null && typeof value === 'object') {
    shape.types.add('object');
    for (const [key, inner] of Object.entries(value)) {
      const known = shape.keys.get(key) ?? empty();
      shape.keys.set(key, known);
      add(known, inner);
    }
    return;
  }
  shape.types.add(value === null ? 'null' : typeof value);
}

/** Where the shape of an answer differs from the recorded one, as `data.[].size: missing`; nothing where they agree. */
export function shapeDifferences(recorded: unknown, answered: unknown): readonly string[] {
  const left = empty();
  const right = empty();
  add(left, recorded);
  add(right, answered);
  const found: string[] = [];
  differ(left, right, { path: '', found });
  return found;
}

function differ(recorded: Shape, answered: Shape, { path, found }: { readonly path: string; readonly found: string[] }): void {
  const types = [...recorded.types].sort().join('|');
  const got = [...answered.types].sort().join('|');
  if (types !== got) found.push(`${path === '' ? 'body' : path}: ${types || 'nothing'} there, ${got || 'nothing'} here`);
  for (const key of new Set([...recorded.keys.keys(), ...answered.keys.keys()])) {
    const inner = path === '' ? key : `${path}.${key}`;
    const one = recorded.keys.get(key);
    const other = answered.keys.get(key);
    if (one && other) differ(one, other, { path: inner, found });
    // Where one side has no object at all, the difference has been told.
    else if (recorded.types.has('object') && answered.types.has('object')) found.push(`${inner}: ${one ? 'missing here' : 'not there'}`);
  }
  if (recorded.elements && answered.elements) differ(recorded.elements, answered.elements, { path: `${path}[]`, found });
}

/** A text without what differs from one run to the next: numbers, identifiers, times. */
export function pattern(text: string): string {
  return text
    .replaceAll(/UPID:\S+:/g, '<upid>')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<uuid>')
    .replaceAll(/(?:[0-9a-f]{2}:){31}[0-9a-f]{2}/gi, '<fingerprint>')
    .replaceAll(/[0-9a-f]{64}/gi, '<digest>')
    .replaceAll(/\b[0-9a-f]{32}\b/gi, '<uuid>')
    .replaceAll(/\d{4}-\d\d-\d\d[T_ ]\d\d[:_]\d\d[:_]\d\d(?:Z|[+-]\d\d:\d\d)?/g, '<time>')
    .replaceAll(/\d+(?:\.\d+)?(?:e-?\d+)? ?(?:[KMGT]i?B|B)\b/g, '<size>')
    .replaceAll(/\d+(?:\.\d+)?/g, '<n>')
    .replaceAll(/ {2,}/g, ' ');
}

/** PVE writes the options of a backup job in any order. */
function inOrder(line: string): string {
  if (!line.startsWith('INFO: starting new backup job:')) return line;
  const [head = '', ...options] = line.split(' --');
  return [head, ...options.sort()].join(' --');
}

/** Kinds of lines that only one of two logs has. */
export function logDifferences(recorded: readonly string[], answered: readonly string[]): readonly string[] {
  const there = new Set(recorded.map(inOrder).map(pattern));
  const here = new Set(answered.map(inOrder).map(pattern));
  return [
    ...[...there].filter((line) => !here.has(line)).map((line) => `missing here: ${line}`),
    ...[...here].filter((line) => !there.has(line)).map((line) => `not there: ${line}`),
  ];
}

type Schema = {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
};

export type KeyOffer = { readonly key: string; readonly info?: string };

/** Keys that the schema knows at the end of a text of YAML in which one is about to be written; none where a value is. */
export function keysAt(schema: object, textBefore: string): KeyOffer[] {
  const path = pathAt(textBefore);
  if (!path) return [];
  let places: Schema[] = spread(schema, schema);
  for (const key of path) places = places.flatMap((place) => below(place, key)).flatMap((place) => spread(place, schema));
  const offers = new Map<string, KeyOffer>();
  for (const { properties = {} } of places)
    for (const [key, { description }] of Object.entries(properties))
      offers.set(key, { key, ...(description ? { info: description } : {}) });
  return [...offers.values()];
}

/** Keys above the place, `-` for an item of a list; undefined where a value or a comment is being written. */
function pathAt(text: string): string[] | undefined {
  const lines = text.split('\n');
  const current = lines.pop() ?? '';
  if (/(^|\s)#/.test(current)) return undefined;
  const path: string[] = [];
  const flow = /^(.*)\{([^{}]*)$/.exec(current);
  if (flow ? /:\s*[^,]*$/.test(flow[2]!) : !/^\s*(- )*$/.test(current)) return undefined;
  const opening = flow?.[1] ?? current;
  const before = /^([\s-]*)([\w.-]+):\s*$/.exec(opening);
  if (before && flow) path.unshift(before[2]!);
  else if (flow && !/^\s*- *$/.test(opening)) return undefined;
  let depth = before ? before[1]!.length : opening.length;
  if (/^\s*- /.test(opening)) {
    path.unshift('-');
    depth = opening.indexOf('-');
  }
  for (const line of lines.toReversed()) {
    const found = /^(\s*)(- +)?([\w.-]+):/.exec(line);
    if (!found) continue;
    const [, space = '', dash = '', key = ''] = found;
    const own = space.length + dash.length;
    if (own < depth) {
      path.unshift(key);
      depth = own;
    }
    if (dash !== '' && space.length < depth) {
      path.unshift('-');
      depth = space.length;
    }
  }
  return path;
}

function below(place: Schema, key: string): Schema[] {
  if (key === '-') return place.items ? [place.items] : [];
  const own = place.properties?.[key];
  if (own) return [own];
  return typeof place.additionalProperties === 'object' ? [place.additionalProperties] : [];
}

/** A schema and all that it refers to or allows instead. */
function spread(place: Schema, root: Schema): Schema[] {
  const referred = place.$ref?.startsWith('#/$defs/') ? root.$defs?.[place.$ref.slice('#/$defs/'.length)] : undefined;
  const others = [...(place.anyOf ?? []), ...(place.oneOf ?? []), ...(place.allOf ?? []), ...(referred ? [referred] : [])];
  return [place, ...others.flatMap((one) => spread(one, root))];
}

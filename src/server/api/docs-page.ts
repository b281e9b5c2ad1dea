import type { Document, Operation, Schema } from './openapi.ts';

/** The document as a page for people: plain HTML, no script, one style sheet of ours. */
export function docsPage(document: Document): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const byTag = [...Map.groupBy(operations, ({ operation }) => operation.tags[0] ?? 'Other')];
  const { info } = document;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdfast API</title>
<link rel="stylesheet" href="/api/docs.css">
</head>
<body>
<header><h1>Holdfast API</h1><p>Version ${escape(info.version)} · <a href="/api/openapi.json">OpenAPI 3.1</a></p>
<p>${escape(info.description).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p></header>
<nav aria-label="Sections"><ul>${byTag.map(([tag]) => `<li><a href="#${slug(tag)}">${escape(tag)}</a></li>`).join('')}</ul></nav>
<main>
${byTag.map(([tag, list]) => `<section id="${slug(tag)}"><h2>${escape(tag)}</h2>\n${list.map(operationHtml).join('\n')}</section>`).join('\n')}
</main>
</body>
</html>
`;

  function operationHtml({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
    const { parameters = [], requestBody, responses } = operation;
    const asked = parameters.map(({ name, in: where, required, schema }) => ({
      name,
      note: `${where}${required ? '' : ', optional'}`,
      schema,
    }));
    const sent = requestBody?.content['application/json']?.schema;
    const [status, answer] = Object.entries(responses).find(([code]) => code !== 'default')!;
    const [type, content] = Object.entries(answer.content ?? {})[0] ?? [];
    return `<article><h3><span class="method ${method.toLowerCase()}">${method}</span> <code>${escape(path)}</code></h3>
<p>${escape(operation.summary)}</p>
${operation.description
  .split('\n\n')
  .map((text) => `<p class="note">${escape(text)}</p>`)
  .join('\n')}
${asked.length > 0 ? `<h4>Parameters</h4>${fieldsHtml(asked)}` : ''}
${sent ? `<h4>Body</h4>${schemaHtml(sent)}` : ''}
<h4>Answer ${status}${type && type !== 'application/json' ? ` (${escape(type)})` : ''}</h4>${content && type === 'application/json' ? schemaHtml(content.schema) : `<p>${escape(answer.description)}</p>`}
</article>`;
  }

  function schemaHtml(schema: Schema, depth = 0): string {
    const known = resolve(schema);
    const { properties, required = [] } = known.type === 'array' && known.items ? resolve(known.items) : known;
    const choices = known.oneOf ?? known.anyOf;
    if (!properties && choices?.some((one) => resolve(one).properties))
      return choices.map((one, i) => `${i > 0 ? '<p class="or">or</p>' : ''}${schemaHtml(one, depth)}`).join('');
    if (!properties) return `<p>${spell(known)}</p>`;
    const fields = Object.entries(properties).map(([name, part]) => ({
      name,
      note: required.includes(name) ? '' : 'optional',
      schema: part,
    }));
    return `${known.type === 'array' ? '<p>a list of</p>' : ''}${fieldsHtml(fields, depth)}`;
  }

  function fieldsHtml(fields: readonly { readonly name: string; readonly note: string; readonly schema: Schema }[], depth = 0): string {
    const rows = fields.map(({ name, note, schema }) => {
      const known = resolve(schema);
      const inner = known.type === 'array' && known.items ? resolve(known.items) : known;
      const deeper =
        depth < 6 && (inner.properties ?? inner.oneOf)
          ? `<details><summary>${spell(known)}</summary>${schemaHtml(known, depth + 1)}</details>`
          : spell(known);
      const about = schema.description ?? known.description;
      return `<dt><code>${escape(name)}</code>${note ? ` <small>${note}</small>` : ''}</dt><dd>${deeper}${about ? `<p>${escape(about)}</p>` : ''}</dd>`;
    });
    return `<dl>${rows.join('')}</dl>`;
  }

  function spell(schema: Schema): string {
    const {
      type,
      items,
      enum: values,
      anyOf,
      oneOf,
      additionalProperties,
      default: standard,
      minimum,
      maximum,
      maxLength,
    } = resolve(schema);
    const bounds = [
      ...(minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? [`at least ${minimum}`] : []),
      ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? [`at most ${maximum}`] : []),
      ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
      ...(standard === undefined ? [] : [`${JSON.stringify(standard)} where not given`]),
    ];
    const what = values
      ? values.map((value) => `<code>${escape(JSON.stringify(value))}</code>`).join(' or ')
      : (anyOf ?? oneOf)
        ? (anyOf ?? oneOf)!.map(spell).join(' or ')
        : type === 'array'
          ? `list of ${items ? spell(items) : 'anything'}`
          : typeof additionalProperties === 'object'
            ? `map to ${spell(additionalProperties)}`
            : escape(String(type ?? 'anything'));
    return `${what}${bounds.length > 0 ? `, ${escape(bounds.join(', '))}` : ''}`;
  }

  function resolve(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : (document.components.schemas[name] ?? schema);
  }
}

function slug(tag: string): string {
  return tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export const DOCS_CSS = `:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e8eb); --soft: light-dark(#57606a, #a2abb5); --line: light-dark(#d8dee4, #3a424b);
  --card: light-dark(#f6f8fa, #1d2227); --accent: light-dark(#0b5c8a, #7cc4ee); }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: light-dark(#fff, #14171a); }
a { color: var(--accent); }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; padding: 0; list-style: none; }
article { margin: 1rem 0; padding: 0.5rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--card); }
h3 { font-size: 1rem; margin: 0.5rem 0; }
h4 { font-size: 0.9rem; margin: 0.75rem 0 0.25rem; }
.method { display: inline-block; min-width: 3.5rem; font-weight: 700; color: var(--accent); }
.note, small, dd p, .or { color: var(--soft); margin: 0.1rem 0; }
dl { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 0.25rem 1rem; margin: 0.25rem 0; padding-left: 0.75rem; border-left: 2px solid var(--line); }
dt, dd { margin: 0; min-width: 0; }
summary { cursor: pointer; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.5rem; } }
`;

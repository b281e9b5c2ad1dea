export type Attribute = string | number | boolean | { readonly code: string };

/** A block of HCL with its attributes below each other, as `tofu fmt` writes it. */
export function hclBlock(head: string, attributes: Readonly<Record<string, Attribute>>): string {
  const width = Math.max(...Object.keys(attributes).map((key) => key.length));
  const lines = Object.entries(attributes).map(([key, value]) => `  ${key.padEnd(width)} = ${spell(value)}`);
  return `${head} {\n${lines.join('\n')}\n}`;
}

/** What HCL takes as a name. */
export function hclName(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9_-]/g, '_').replace(/^(?=[\d-])/, '_');
}

function spell(value: Attribute): string {
  if (typeof value === 'object') return value.code;
  return typeof value === 'string' ? hclText(value) : String(value);
}

/** `${` and `%{` would be read as templates. */
export function hclText(text: string): string {
  return JSON.stringify(text).replaceAll('${', '$${').replaceAll('%{', '%%{');
}

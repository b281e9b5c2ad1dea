import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { policyJsonSchema } from './json-schema.ts';
import { policyReference } from './reference.ts';

const PAGE = 'docs/reference/policy.md';

test('docs/reference/policy.md is what the schema says (HOLDFAST_UPDATE=1 writes it)', () => {
  if (process.env['HOLDFAST_UPDATE'] === '1') writeFileSync(PAGE, policyReference());
  expect(readFileSync(PAGE, 'utf8')).toBe(policyReference());
});

test('every key has a description, an example or keys of its own', () => {
  const bare: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries((node as { properties?: Record<string, { description?: string }> }).properties ?? {})) {
      if (!value.description) bare.push(`${path}.${key}`);
      visit(value, `${path}.${key}`);
    }
    for (const part of ['additionalProperties', 'items'] as const) visit((node as Record<string, unknown>)[part], `${path}.*`);
    for (const option of (node as { anyOf?: unknown[] }).anyOf ?? []) visit(option, path);
  };
  visit(policyJsonSchema(), '');
  expect(bare).toEqual([]);
});

test('the JSON Schema knows words, defaults and patterns', () => {
  const text = JSON.stringify(policyJsonSchema());
  for (const part of [
    '"enum":["pull","push"]',
    '"default":"opentofu"',
    '"default":"0s"',
    '"const":"none"',
    '"additionalProperties":false',
  ]) {
    expect(text).toContain(part);
  }
});

import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, expect, test } from 'vitest';
import type { Document, Operation } from '#server/api/openapi.ts';
import { accessRig } from '#server/auth/testing/rig.ts';
import { everyArea } from './every-area.ts';

/** The OpenAPI document of the whole API: what clients are made from. */

let document: Document;
let operations: readonly (readonly [name: string, path: string, operation: Operation])[];
beforeAll(async () => {
  document = (await (await accessRig({ area: everyArea }).ask('GET', '/api/openapi.json')).json()) as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, path, operation] as const),
  );
  expect(operations.length).toBeGreaterThan(40);
});

test('it is OpenAPI 3.1 by the official schema', async () => {
  expect(document).toMatchObject({ openapi: '3.1.0' });
  expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true });
  const broken = { ...document, paths: { ...document.paths, '/nowhere': { get: { responses: 'none' } } } };
  expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
});

test('each operation has a name of its own, from which a generator makes a function', () => {
  const names = operations.map(([, , { operationId }]) => operationId);
  expect(names.filter((name, index) => names.indexOf(name) !== index || !/^[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
});

test('each part of a path is described and never absent, and none besides', () => {
  for (const [name, path, { parameters = [] }] of operations) {
    const described = parameters.filter((one) => one.in === 'path');
    expect([name, described.map((one) => one.name).sort()]).toEqual([
      name,
      [...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part!).sort(),
    ]);
    expect(described.every(({ required }) => required)).toBe(true);
  }
});

test('no reference leads nowhere, and nothing is null that never is', () => {
  const text = JSON.stringify(document);
  for (const [, at] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = at!.split('/').reduce<unknown>((part, key) => (part as Readonly<Record<string, unknown>> | undefined)?.[key], document);
    expect([at, typeof found]).toEqual([at, 'object']);
  }
  expect(text).not.toContain('"null"');
});

test('each operation names its one good answer, and what stands in the way as a problem', () => {
  const good = operations.map(([name, , { responses }]) => [name, Object.keys(responses)] as const);
  expect(good.filter(([, codes]) => codes.length !== 2 || !codes.includes('default'))).toEqual([]);
  const other = good.map(([name, codes]) => `${name} ${codes.find((code) => code !== 'default')}`).filter((line) => !line.endsWith(' 200'));
  expect(other).toEqual([
    'delete /api/v1/session 204',
    'post /api/v1/users 201',
    'post /api/v1/tokens 201',
    'delete /api/v1/tokens/{id} 204',
    'post /api/v1/changes 201',
    'post /api/v1/changes/{id}/apply 202',
    'get /api/v1/oidc/login 302',
    'get /api/v1/oidc/callback 302',
  ]);
  for (const [, , { responses }] of operations) expect(Object.keys(responses['default']!.content!)).toEqual(['application/problem+json']);
});

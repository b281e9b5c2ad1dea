import { OpenAPIHono } from '@hono/zod-openapi';
import { API_BASE, type Route } from './frame.ts';
import { problem } from './schema/common.ts';

export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
};

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export type Operation = {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-role': string;
  readonly 'x-scope'?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'path' | 'query';
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
};

/** OpenAPI 3.1, as far as we write it. */
export type Document = {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

const ABOUT =
  'What a running Holdfast knows and can do. Instants are Unix seconds. Lists come in pages: send `next` back as `cursor`. Errors are ' +
  'problem+json (RFC 9457), with findings where a person must know more. A GET carries an ETag; send it back in If-None-Match. Scripts send a ' +
  'token: `Authorization: Bearer …`; browsers have a session and send its CSRF token with everything but GET.';

/** The document of every declared route. */
export function makeDocument(routes: readonly Route[], version: string): Document {
  const { openAPIRegistry: registry, getOpenAPI31Document } = new OpenAPIHono();
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', 'session', { type: 'apiKey', in: 'cookie', name: 'holdfast' });
  for (const route of routes) {
    const { method, path, tag, summary, params, query, body, answer, status, role, scope } = route;
    const done =
      answer === undefined
        ? { [status ?? 204]: { description: status === 302 ? 'On to where Location says' : 'Done' } }
        : answer === 'events'
          ? { 200: { description: 'A stream of events', content: { 'text/event-stream': { schema: { type: 'string' as const } } } } }
          : { [status ?? 200]: { description: 'The answer', content: { 'application/json': { schema: answer } } } };
    registry.registerPath({
      method,
      path: `${API_BASE}${path}`,
      operationId: `${method}${path.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
      tags: [tag],
      summary,
      description: [route.description, spellRole(route)].filter((one) => one !== undefined).join('\n\n'),
      security: role === 'anyone' ? [] : scope === 'none' ? [{ session: [] }] : [{ token: [] }, { session: [] }],
      'x-role': role,
      ...(scope === undefined ? {} : { 'x-scope': scope }),
      request: {
        ...(params && { params }),
        ...(query && { query }),
        ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
      },
      responses: {
        ...done,
        default: { description: 'What stands in the way', content: { 'application/problem+json': { schema: problem } } },
      },
    });
  }
  const made = getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version,
      description: ABOUT,
      license: { name: 'Apache License 2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
  });
  return mend(made) as Document;
}

function spellRole({ role, scope }: Route): string {
  if (role === 'anyone') return 'Anyone may.';
  return `It takes the role ${role}${scope === 'none' ? ', and no token may' : ''}.`;
}

/**
 * A number in a path or a query is read from text, which the generator takes for "a number, or null, or nothing": null never comes, and no part of
 * a path is ever absent.
 */
function mend(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !isNull(one)).map(mend);
  if (typeof value !== 'object' || value === null) return value;
  const mended = Object.entries(value).map(([key, part]) => {
    const types = key === 'type' && Array.isArray(part) ? part.filter((type) => type !== 'null') : undefined;
    return [key, types?.length === 1 ? types[0] : (types ?? mend(part))] as const;
  });
  return Object.fromEntries('in' in value && value.in === 'path' ? [...mended, ['required', true]] : mended);
}

function isNull(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'null';
}

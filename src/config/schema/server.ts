import { z } from 'zod';
import * as f from '../format.ts';
import { field } from '../note.ts';
import { many, text } from './parts.ts';

const WHY = 'only who is named gets in';

const groups = (may: string, example: string) =>
  field(z.union([text(), many(text())]), { description: `Who may ${may}.`, example, why: WHY }).optional();

/** Each may do what those before it may; of several the highest counts. */
const roles = {
  viewer: groups('see everything', '[staff]'),
  operator: groups('also back up, verify, protect, answer alerts and propose changes', '[ops]'),
  approver: groups('also approve and apply changes', '[leads]'),
  admin: groups('also manage accounts and the tokens of others', '[holdfast-admins]'),
};

const OidcSchema = z.strictObject({
  issuer: field(f.issuer(), {
    description: 'Address of the issuer; its `/.well-known/openid-configuration` says the rest. Without TLS on this machine only.',
    example: '"https://id.example.org/realms/home"',
    why: 'whoever speaks for the issuer decides who gets in',
  }),
  clientId: field(text(), {
    description: 'Name of Holdfast at the issuer.',
    example: 'holdfast',
    why: 'the issuer lets in for clients it knows',
  }),
  clientSecret: field(f.secret(), {
    description: 'Its secret there.',
    example: '"env:HOLDFAST_OIDC_SECRET"',
    why: 'a policy is read by many and lives in a repository; a secret in it is a secret no more',
    format: 'secret',
    absent: 'a public client, by PKCE alone',
  }).optional(),
  label: field(text(), {
    description: 'What the button says.',
    example: '"Company login"',
    why: WHY,
    absent: 'Log in with OpenID Connect',
  }).optional(),
  scopes: field(many(text()), {
    description: 'What is asked for beside `openid`.',
    example: '[profile, email, groups]',
    why: 'the issuer tells only what it is asked for',
    absent: '`[profile, email]`',
  }).optional(),
  name: field(text(), {
    description: 'The claim that becomes the name of the account, on the first log-in.',
    example: 'preferred_username',
    why: 'the audit log names people',
    absent: 'preferred_username',
  }).optional(),
  roles: field(
    z.strictObject({
      claim: field(text(), { description: 'The claim that holds the groups.', example: 'groups', why: WHY, absent: 'groups' }).optional(),
      ...roles,
    }),
    {
      description: 'Which groups have which role. Nobody else gets in.',
      example: '{ claim: groups, admin: [holdfast-admins], viewer: [staff] }',
      why: WHY,
    },
  ),
});

const ProxySchema = z.strictObject({
  trusted: field(many(f.address()), {
    description: 'Addresses and networks of the reverse proxy. From anywhere else its headers count for nothing.',
    example: '["127.0.0.1"]',
    why: 'anybody can send a header',
  }),
  header: field(text(), {
    description: 'The header that names who was let in. The proxy must drop it from what clients send.',
    example: 'Remote-User',
    why: 'a header nobody named is never believed',
    absent: 'the proxy lets nobody in; only how it was reached is believed',
  }).optional(),
  groupsHeader: field(text(), {
    description: 'The header with their groups, separated by commas.',
    example: 'Remote-Groups',
    why: WHY,
    absent: '`roles` lists names of people',
  }).optional(),
  roles: field(z.strictObject(roles), {
    description: 'Which groups, or which people where there is no header of groups, have which role. Nobody else gets in.',
    example: '{ admin: [holdfast-admins], viewer: [staff] }',
    why: WHY,
  }).optional(),
});

export const ServerSchema = z.strictObject({
  publicUrl: field(f.origin(), {
    description:
      'Address under which people open the dashboard, where a reverse proxy stands before it. With `https://` cookies are sent over TLS only.',
    example: '"https://holdfast.lan"',
    why: 'requests that another page sends are known by not coming from it',
    absent: 'the address listened on',
  }).optional(),
  hosts: field(many(text()), {
    description: 'Further names under which it may be opened.',
    example: '[holdfast, holdfast.lan]',
    why: 'a name that is not ours may be one that a hostile page gave to our address',
    absent: 'addresses, localhost, and the name in `publicUrl`',
  }).optional(),
  oidc: field(OidcSchema, {
    description: 'Log-in by OpenID Connect.',
    example: '{ issuer: "https://id.example.org", clientId: holdfast, roles: { admin: [ops] } }',
    why: WHY,
  }).optional(),
  proxy: field(ProxySchema, {
    description: 'A reverse proxy in front, whether it logs people in or not.',
    example: '{ trusted: ["127.0.0.1"] }',
    why: 'anybody can send a header',
  }).optional(),
  waiting: field(f.duration(), {
    description: 'How long the only person who could approve waits before approving an own act that weakens protection.',
    example: '30m',
    why: 'one stolen session must not weaken anything at once',
    format: 'duration',
    absent: '30m',
  }).optional(),
});

import { z } from 'zod';
import * as f from '../format.ts';
import { field } from '../note.ts';
import { AlertsSchema } from './alerts.ts';
import { AssumeSchema, many, text } from './parts.ts';
import { ExceptionSchema } from './exception.ts';
import { RuleSchema } from './rule.ts';
import { ServerSchema } from './server.ts';
import { SiteSchema } from './site.ts';
import { TierSchema } from './tier.ts';

/*
 * The shape of the policy file. What an editor completes, what `docs/reference/policy.md` says and what a message
 * quotes all come from here. What the parts mean together is checked in src/core/policy/check.ts.
 */

const opaque = (description: string): z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>> =>
  field(z.record(z.string(), z.unknown()), { description, example: '{}', why: 'whoever sends and rehearses reads it' }).optional();

/** The whole file after all `include:` were read. */
export const PolicySchema = z.strictObject({
  holdfast: field(z.literal(1), {
    description: 'Version of this format.',
    example: '1',
    why: 'a later version may mean something else by the same words',
  }),
  include: field(z.union([text(), many(text())]), {
    description: 'Further files of this policy, by paths relative to this file and below its folder.',
    example: '[tiers.yaml, assign.yaml]',
    why: 'a policy may be split over files',
  }).optional(),
  sites: field(z.record(f.name('name of a site', /^[A-Za-z][A-Za-z0-9_-]*$/, 'letters, digits, "_" and "-", a letter first'), SiteSchema), {
    description: 'PVE clusters with the PBS that serve them, by name.',
    example: '{ home: { … } }',
    why: 'schedules are proved in the zone of a site, and guests live at one',
  }),
  tiers: field(z.record(f.name('number of a tier', /^[1-9][0-9]{0,3}$/, 'a whole number from 1'), TierSchema), {
    description: 'The promises, by number.',
    example: '{ 1: { … } }',
    why: 'a policy without a tier promises nothing',
  }),
  assign: field(z.array(RuleSchema), {
    description:
      'Which guest has which tier. The first rule that matches wins; selectors of different kinds must all match, values of one kind are alternatives.',
    example: '[ { tier: 1, guests: [postgres] } ]',
    why: 'a guest no rule claims has no promise',
  }),
  assume: field(AssumeSchema, {
    description: 'What is taken for true until it is measured.',
    example: '{ duration: 40m, queue: 20m }',
    why: 'a proof needs to know how long a backup takes',
  }).optional(),
  exceptions: field(z.array(ExceptionSchema), {
    description: 'Findings that are known and accepted, each with a reason and a last day.',
    example: '[ { finding: HF-DISK-LEFT-OUT, guest: pbs, disk: scsi1, reason: "…", until: 2027-03-01 } ]',
    why: 'a deviation nobody wrote down is a hole, and one that is told for ever is not read any more',
  }).optional(),
  alerts: field(AlertsSchema, {
    description: 'Who is told what, and how.',
    example: '{ channels: { … }, routes: [ … ] }',
    why: 'what is found reaches nobody without it',
  }).optional(),
  server: field(ServerSchema, {
    description:
      'How the dashboard and the API of `serve` are reached, and who may log in there beside local accounts. Read when `serve` starts.',
    example: '{ publicUrl: "https://holdfast.lan" }',
    why: 'only who is named gets in',
  }).optional(),
  drills: opaque('How restore drills are done.'),
});

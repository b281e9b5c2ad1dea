import { z } from 'zod';
import * as f from '../format.ts';
import { field } from '../note.ts';
import { many, text } from './parts.ts';

const names = (kind: string, example: string): z.ZodOptional<z.ZodArray<z.ZodString>> =>
  field(many(text()), { description: kind, example, why: 'a rule applies to the guests that its selectors choose' }).optional();

export const RuleSchema = z.strictObject({
  tier: field(z.union([z.int().min(1), z.literal('none')]), {
    description: 'Number of the tier, or `none` for guests that are left without backup on purpose.',
    example: '1',
    why: 'a rule without a tier decides nothing',
  }),
  guests: field(many(z.union([z.int().min(100).max(999_999_999), text()])), {
    description: 'Vmids or exact names.',
    example: '[postgres, 120]',
    why: 'a rule applies to the guests that its selectors choose',
  }).optional(),
  names: names('Name patterns with `*` (any text) and `?` (one character).', '["ollama*"]'),
  tags: names('Tags of PVE; one of them is enough.', '[sandbox]'),
  pools: names('Pools of PVE.', '[databases]'),
  nodes: names('Nodes on which the guest is.', '[pve1]'),
  types: field(many(z.enum(['vm', 'ct'])), {
    description: '`vm` or `ct` (container).',
    example: '[vm]',
    why: 'a rule applies to the guests that its selectors choose',
  }).optional(),
  storages: names('PVE storages on which the guest has a disk.', '[zfs-longhorn]'),
  sites: names('Sites of this policy.', '[home]'),
  reason: field(text(), {
    description: 'Why; needed for `tier: none`.',
    example: '"rebuilt from code"',
    why: 'a guest without backup is a decision, and a decision has a reason somebody can check',
  }).optional(),
  until: field(f.date(), {
    description: 'Last day on which a `tier: none` holds; needed there.',
    example: '2027-03-01',
    why: 'an exception without an end is forgotten, and the guest stays unprotected for ever',
    format: 'date',
  }).optional(),
});

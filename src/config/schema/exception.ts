import { z } from 'zod';
import * as f from '../format.ts';
import { field } from '../note.ts';
import { text } from './parts.ts';

const WHY = 'an exception accepts one finding in one place, and nothing else';

export const ExceptionSchema = z.strictObject({
  finding: field(z.string().regex(/^HF-[A-Z0-9-]+$/), { description: 'Code of the finding.', example: 'HF-DISK-LEFT-OUT', why: WHY }),
  guest: field(z.union([z.int().min(100).max(999_999_999), text()]), {
    description: 'Vmid or exact name.',
    example: 'pbs',
    why: WHY,
  }).optional(),
  disk: field(text(), { description: 'The disk, where the finding is about one.', example: 'scsi1', why: WHY }).optional(),
  on: field(text(), {
    description: 'What the finding is about where that is no guest, in its words.',
    example: '"storage pbs-tier-3"',
    why: WHY,
  }).optional(),
  site: field(text(), { description: 'Site; every site where absent.', example: 'home', why: WHY }).optional(),
  reason: field(text(), {
    description: 'Why it is accepted.',
    example: '"the datastore is copied to the vault"',
    why: 'a deviation is a decision, and a decision has a reason somebody can check',
  }),
  until: field(f.date(), {
    description: 'Last day on which it holds.',
    example: '2027-03-01',
    why: 'an exception without an end is forgotten, and the hole stays for ever',
    format: 'date',
  }),
  by: field(text(), { description: 'Who accepted it.', example: 'anna', why: 'somebody must be asked when it ends' }).optional(),
});

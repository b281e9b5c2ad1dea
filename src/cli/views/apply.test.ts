import { expect, test } from 'vitest';
import type { Step } from '#core/plan/plan.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { makePaint } from '../out.ts';
import { appliedText } from './apply.ts';

const step: Step = {
  action: 'change',
  kind: 'backup-job',
  site: 'home',
  server: 'pve',
  id: 'hf-tier-1',
  settings: { schedule: '05:00' },
  clear: [],
  because: 'schedule 04:00 → 05:00',
  means: [],
  weakening: 'weaken:hf-tier-1',
};

test('whoever goes on after a failure is given the names that were given before', () => {
  const error = new ProxmoxError('busy', { server: 'pve', call: 'PUT /cluster/backup/hf-tier-1', detail: 'locked', fix: 'wait' });
  const failed = { findings: [], unkept: [], done: [], held: [], interrupted: [], outcome: 'failed', error, left: 1 } as const;
  expect(appliedText({ ...failed, step }, makePaint(false))).toContain('To go on:\n    holdfast apply --allow weaken:hf-tier-1\n');
  const { weakening: _, ...harmless } = step;
  expect(appliedText({ ...failed, step: harmless }, makePaint(false))).toContain('To go on:\n    holdfast apply\n');
});

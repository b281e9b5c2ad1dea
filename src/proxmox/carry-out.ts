import type { SecretRef, Site } from '#core/policy/policy.ts';
import type { Step } from '#core/plan/plan.ts';
import type { SiteClients } from './observe.ts';

export type Writing = { readonly site: Site; readonly clients: SiteClients; readonly readSecret: (ref: SecretRef) => Promise<string> };

export async function carryOut(_step: Step, _writing: Writing): Promise<void> {
  throw new Error('not written yet');
}

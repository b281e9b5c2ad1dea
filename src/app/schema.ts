import type { Ports } from './ports.ts';

/** The JSON Schema of the policy file. */
export async function schema({ policySource }: Pick<Ports, 'policySource'>): Promise<unknown> {
  if (!policySource.schema) throw new Error('this policy source reads no file and has no schema');
  return policySource.schema();
}

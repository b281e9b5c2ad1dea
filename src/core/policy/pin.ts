import type { PveAccess } from './policy.ts';

/** SHA-256 of the certificate that one address must show; undefined where an authority vouches for it. */
export function pinOf({ fingerprint }: Pick<PveAccess, 'fingerprint'>, url: string): string | undefined {
  return typeof fingerprint === 'string' ? fingerprint : fingerprint?.[url];
}

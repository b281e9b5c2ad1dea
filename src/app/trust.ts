import type { Certificate, Ports } from './ports.ts';

export type Trusted = {
  readonly url: string;
  readonly certificate: Certificate;
  /** What the policy's line for this server should hold; absent where an authority vouches and no pin is needed. */
  readonly pin?: string;
  /** Where the policy names this address with a pin: whether it is this certificate. */
  readonly pinned?: { readonly where: string; readonly matches: boolean };
};

/** Shows the certificate of a server so that a person can compare it and pin it. Sends no request and no token. */
export async function trust({ examiner, policySource }: Pick<Ports, 'examiner' | 'policySource'>, url: string): Promise<Trusted> {
  const certificate = await examiner.showCertificate(url);
  const pinned = await findPin(policySource, url, certificate);
  return {
    url: new URL(url).origin,
    certificate,
    ...(certificate.doubt === undefined ? {} : { pin: certificate.fingerprint }),
    ...(pinned ? { pinned } : {}),
  };
}

/** A policy that is not there, or not yet whole, pins nothing. */
async function findPin(policySource: Ports['policySource'], url: string, certificate: Certificate): Promise<Trusted['pinned']> {
  const { policy } = await policySource.load();
  const origin = new URL(url).origin;
  for (const site of policy?.sites ?? []) {
    for (const [where, access] of [['pve', site.pve] as const, ...site.pbs.map((pbs) => [pbs.name, pbs] as const)]) {
      if (access.fingerprint === undefined || !access.urls.some((one) => new URL(one).origin === origin)) continue;
      const pins = access.fingerprint.split(/[\s,]+/).map(bare);
      return { where: `sites.${site.name}.${where}`, matches: pins.includes(bare(certificate.fingerprint)) };
    }
  }
  return undefined;
}

function bare(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toUpperCase();
}

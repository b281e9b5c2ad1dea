import { pinOf } from '#core/policy/pin.ts';
import type { Certificate, Ports } from './ports.ts';

export type Trusted = {
  readonly url: string;
  readonly certificate: Certificate;
  /** What the policy's line for this server should hold; absent where an authority vouches and no pin is needed. */
  readonly pin?: string;
  /** Where the policy names this address. */
  readonly named?: {
    /** `sites.home.pve` */
    readonly where: string;
    /** Whether it pins this certificate; absent where it pins none for this address. */
    readonly matches?: boolean;
    /** For a server with several addresses: all pins as they should stand, this one among them. */
    readonly fingerprints?: Readonly<Record<string, string>>;
  };
};

/** Shows the certificate of a server so that a person can compare it and pin it. Sends no request and no token. */
export async function trust({ examiner, policySource }: Pick<Ports, 'examiner' | 'policySource'>, url: string): Promise<Trusted> {
  const certificate = await examiner.showCertificate(url);
  const named = await findNamed(policySource, url, certificate);
  return {
    url: new URL(url).origin,
    certificate,
    ...(certificate.doubt === undefined ? {} : { pin: certificate.fingerprint }),
    ...(named ? { named } : {}),
  };
}

/** A policy that is not there, or not yet whole, names nothing. */
async function findNamed(policySource: Ports['policySource'], url: string, { fingerprint }: Certificate): Promise<Trusted['named']> {
  const { policy } = await policySource.load();
  const origin = new URL(url).origin;
  for (const site of policy?.sites ?? []) {
    for (const [where, access] of [['pve', site.pve] as const, ...site.pbs.map((pbs) => [pbs.name, pbs] as const)]) {
      const address = access.urls.find((one) => new URL(one).origin === origin);
      if (address === undefined) continue;
      const pin = pinOf(access, address);
      const pins = access.urls.flatMap((one) => {
        const due = one === address ? fingerprint : pinOf(access, one);
        return due === undefined ? [] : [[one, due] as const];
      });
      return {
        where: `sites.${site.name}.${where}`,
        ...(pin !== undefined && { matches: bare(pin) === bare(fingerprint) }),
        ...(access.urls.length > 1 && { fingerprints: Object.fromEntries(pins) }),
      };
    }
  }
  return undefined;
}

function bare(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toUpperCase();
}

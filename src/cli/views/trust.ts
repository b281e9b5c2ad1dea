import type { Trusted } from '#app/trust.ts';
import { spellInstant } from '#core/units.ts';
import type { Paint } from '../out.ts';

export function trustText({ url, certificate, pin, pinned }: Trusted, paint: Paint): string {
  const rows = [
    ['server', url],
    ['fingerprint', paint.bold(certificate.fingerprint)],
    ['for', certificate.names.join(', ') || '(no name)'],
    ['subject', certificate.subject],
    ['issued by', certificate.issuer],
    ['valid', `${spellInstant(certificate.validFromAt, 'UTC', { zone: false })} to ${spellInstant(certificate.validUntilAt, 'UTC')}`],
    [
      'vouched for',
      certificate.doubt === undefined
        ? paint.green('by an authority this machine knows')
        : `by nobody this machine knows (${certificate.doubt})`,
    ],
  ];
  const shown = rows.map(([name, value]) => `${paint.dim(name!.padEnd(12))} ${value}`).join('\n');
  return `${shown}\n\n${advice(url, pin, pinned, paint)}`;
}

function advice(url: string, pin: string | undefined, pinned: Trusted['pinned'], paint: Paint): string {
  if (pinned?.matches) return paint.green(`This is the certificate that ${pinned.where} pins.`);
  const changed = pinned ? `${paint.red(`This is not the certificate that ${pinned.where} pins.`)}\n` : '';
  if (pin === undefined && !pinned) return 'No pin is needed.';
  return `${changed}Compare the fingerprint with the one the server shows on its own console:
    PVE: pvenode cert info      PBS: proxmox-backup-manager cert info
If they are the same, pin it in the policy:
    { url: "${url}", fingerprint: "${pin ?? '(remove the pin: an authority vouches for the server)'}", … }`;
}

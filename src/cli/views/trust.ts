import type { Trusted } from '#app/trust.ts';
import { spellInstant } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { wrap } from './wrap.ts';

export function trustText(trusted: Trusted, paint: Paint, width = 100): string {
  const { url, certificate } = trusted;
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
  const shown = rows
    .map(([name, value]) => {
      const row = `${paint.dim(name!.padEnd(12))} ${value}`;
      // The fingerprint stays whole: it is there to be copied.
      return name === 'fingerprint' ? row : wrap(row, { width, indent: 0, hanging: 13 });
    })
    .join('\n');
  return `${shown}\n\n${advice(trusted, paint)}`;
}

function advice({ url, pin, named }: Trusted, paint: Paint): string {
  if (named?.matches) return paint.green(`This is the certificate that ${named.where} pins.`);
  const changed = named?.matches === false ? `${paint.red(`This is not the certificate that ${named.where} pins.`)}\n` : '';
  if (pin === undefined && changed === '') return 'No pin is needed.';
  return `${changed}Compare the fingerprint with the one the server shows on its own console:
    PVE: pvenode cert info      PBS: proxmox-backup-manager cert info
If they are the same, pin it in the policy${named ? `, under ${named.where}` : ''}:
${named?.fingerprints ? byAddress(named.fingerprints) : `    { url: "${url}", fingerprint: "${pin ?? '(remove the pin: an authority vouches for the server)'}", … }`}`;
}

/** Each node of a cluster has a certificate of its own. */
function byAddress(fingerprints: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fingerprints).map(([url, fingerprint]) => `      "${url}": "${fingerprint}"`);
  return ['    fingerprint:', ...lines].join('\n');
}

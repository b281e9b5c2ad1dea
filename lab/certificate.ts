import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export type Certificate = {
  readonly keyPem: string;
  readonly certPem: string;
  /** SHA-256 of the certificate, as Proxmox prints it: `AB:CD:…`, 32 pairs. */
  readonly fingerprint: string;
};

/**
 * A self-signed certificate for `localhost`, `127.0.0.1`, `::1` and the given name, valid 2020 to 2049 so that a virtual
 * clock never leaves it. X.509 (RFC 5280) written by hand: ECDSA on P-256 with SHA-256, subject alternative names.
 */
export function makeCertificate(commonName: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const toBeSigned = certificateBody(commonName, publicKey);
  const signature = sign('sha256', toBeSigned, privateKey);
  const der = sequence(toBeSigned, ECDSA_WITH_SHA256, bitString(signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  const digest = createHash('sha256').update(der).digest('hex').toUpperCase();
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    certPem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    fingerprint: (digest.match(/../g) ?? []).join(':'),
  };
}

function certificateBody(commonName: string, publicKey: KeyObject): Buffer {
  const name = sequence(set(sequence(objectId('2.5.4.10'), utf8('Holdfast lab'))), set(sequence(objectId('2.5.4.3'), utf8(commonName))));
  const validity = sequence(utcTime('200101000000Z'), utcTime('491231235959Z'));
  const names = sequence(dnsName('localhost'), dnsName(commonName), ipAddress([127, 0, 0, 1]), ipAddress([...Array(15).fill(0), 1]));
  const extensions = sequence(sequence(objectId('2.5.29.17'), octets(names)));
  return sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions),
  );
}

function tagged(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), derLength(body.length), body]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function sequence(...content: readonly Buffer[]): Buffer {
  return tagged(0x30, ...content);
}

function set(...content: readonly Buffer[]): Buffer {
  return tagged(0x31, ...content);
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.from([0]), bytes);
}

function octets(bytes: Buffer): Buffer {
  return tagged(0x04, bytes);
}

function utf8(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text, 'utf8'));
}

function utcTime(text: string): Buffer {
  return tagged(0x17, Buffer.from(text, 'ascii'));
}

function dnsName(text: string): Buffer {
  return tagged(0x82, Buffer.from(text, 'ascii'));
}

function ipAddress(bytes: readonly number[]): Buffer {
  return tagged(0x87, Buffer.from(bytes));
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let high = arc >>> 7; high > 0; high >>>= 7) digits.unshift((high & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return tagged(0x06, Buffer.from(bytes));
}

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));

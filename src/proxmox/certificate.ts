import { connect, type TLSSocket } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import type { Certificate } from '#app/ports.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';

const WAIT_MS = 10_000;

/** The certificate a server shows. The handshake is ended at once: no request is made. */
export async function showCertificate(text: string): Promise<Certificate> {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:') {
    const fix = 'write it as https://host:8006 (PVE) or https://host:8007 (PBS)';
    throw new ProxmoxError('invalid', { server: text, call: 'connect', detail: 'this is no https:// address', fix });
  }
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: Number(url.port || 443),
      rejectUnauthorized: false,
      ...(isName(host) ? { servername: host } : {}),
    });
    socket.setTimeout(WAIT_MS, () => socket.destroy(new Error('no answer in time')));
    socket.once('error', (error) =>
      reject(new ProxmoxError('unreachable', { server: url.origin, call: 'connect', detail: error.message, cause: error })),
    );
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      const doubt = doubtAbout(socket);
      socket.destroy();
      if (certificate) resolve(describe(certificate, doubt));
      else reject(new ProxmoxError('garbled', { server: url.origin, call: 'connect', detail: 'the server shows no certificate' }));
    });
  });
}

function isName(host: string): boolean {
  return !/^[\d.]+$|:/.test(host);
}

function doubtAbout(socket: TLSSocket): string | undefined {
  return socket.authorized ? undefined : String(socket.authorizationError);
}

function describe(certificate: X509Certificate, doubt: string | undefined): Certificate {
  return {
    fingerprint: certificate.fingerprint256,
    subject: certificate.subject.replaceAll('\n', ', '),
    issuer: certificate.issuer.replaceAll('\n', ', '),
    names: (certificate.subjectAltName ?? '').split(', ').filter((name) => name !== ''),
    validFromAt: Math.floor(certificate.validFromDate.getTime() / 1000),
    validUntilAt: Math.floor(certificate.validToDate.getTime() / 1000),
    ...(doubt === undefined ? {} : { doubt }),
  };
}

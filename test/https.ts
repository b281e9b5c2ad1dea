import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '#lab/certificate.ts';

export type TestServer = {
  readonly url: string;
  readonly fingerprint: string;
  readonly certPem: string;
  /** `METHOD /path?query` of each request, with the login it carried. */
  readonly requests: { readonly line: string; readonly authorization: string; readonly body: string }[];
  /** Connections that were ever open. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
};

type Answer = (request: IncomingMessage & { readonly text: string }, response: ServerResponse) => void;

/** An HTTPS server on loopback with a certificate of its own, which answers as it is told. */
export async function startTestServer(answer: Answer, port = 0): Promise<TestServer> {
  const certificate = makeCertificate('test');
  const requests: TestServer['requests'] = [];
  let connections = 0;
  const server = createServer({ key: certificate.keyPem, cert: certificate.certPem }, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString();
      requests.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization ?? '', body: text });
      answer(Object.assign(request, { text }), response);
    });
  });
  server.on('connection', () => connections++);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fingerprint: certificate.fingerprint,
    certPem: certificate.certPem,
    requests,
    connections: () => connections,
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

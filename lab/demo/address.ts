import { createServer, type AddressInfo } from 'node:net';

/** The address, or where its port is taken another free port of the same host: a demo does not fail over a port. */
export async function freeAddress(address: string): Promise<string> {
  const cut = address.lastIndexOf(':');
  const host = address.slice(0, cut);
  const port = (await tryPort(host, Number(address.slice(cut + 1)))) ?? (await tryPort(host, 0));
  return `${host}:${port ?? 0}`;
}

async function tryPort(host: string, port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo;
      server.close(() => resolve(taken));
    });
  });
}

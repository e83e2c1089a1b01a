import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ServerConfig } from './config.ts';
import { ServerError } from './server-error.ts';

/** Opens the server's port; tells its address. Rejects with a ServerError, `cannot_listen`. */
export async function listen(
  http: FastifyInstance,
  { host, port, tls }: ServerConfig,
): Promise<string> {
  try {
    await http.listen({ host, port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const advice =
      code === 'EADDRINUSE'
        ? 'Another program listens there: stop it, or choose another port with --port.'
        : 'Choose another address with --host and --port.';
    throw new ServerError(
      'cannot_listen',
      `Cannot listen on ${host}:${port} (${code}). ${advice}`,
      {
        cause,
      },
    );
  }
  const { port: actualPort } = http.server.address() as AddressInfo;
  const scheme = tls ? 'https' : 'http';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
}

import { request } from 'node:https';

/** A `fetch` over TLS that trusts this certificate (PEM) and no other, for texts as bodies. */
export function fetchTrusting(ca: string): typeof fetch {
  return (input, init) =>
    new Promise((resolve, reject) => {
      const headers = Object.fromEntries(new Headers(init?.headers));
      const url = new URL(input instanceof Request ? input.url : input);
      const sending = request(url, { ca, method: init?.method ?? 'GET', headers }, (response) => {
        response.toArray().then((chunks: Buffer[]) => {
          const type = response.headers['content-type'] ?? '';
          resolve(
            new Response(Buffer.concat(chunks), {
              status: response.statusCode ?? 0,
              headers: { 'content-type': type },
            }),
          );
        }, reject);
      });
      sending.on('error', reject);
      sending.end(init?.body);
    });
}

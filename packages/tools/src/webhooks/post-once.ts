import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Clock } from '@antiphon/session';
import { type AddressGuard, RefusedAddress } from './address-guard.ts';

/** As much as an agent can read; the rest of a body is not waited for. */
const MAX_BODY_BYTES = 65_536;

/** Services send a few hundred bytes of headers. */
const MAX_HEADER_BYTES = 16_384;

/** One request. */
export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly guard: AddressGuard;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What came back. */
export interface PostAnswer {
  readonly status: number;
  /** In lower case; empty when there is none. */
  readonly contentType: string;
  readonly retryAfter: string | null;
  readonly text: string;
}

/** Why nothing came back; the message names no host and holds nothing of what was sent. */
export class PostFailure extends Error {
  override readonly name = 'PostFailure';
  /** Whether the service may have got the request. */
  readonly isSent: boolean;
  /** Whether another try may fare better. */
  readonly isTransient: boolean;

  constructor(message: string, how: { readonly isSent: boolean; readonly isTransient: boolean }) {
    super(message);
    this.isSent = how.isSent;
    this.isTransient = how.isTransient;
  }
}

/**
 * Sends a request over a connection of its own and reads the answer, whatever its status;
 * redirects are not followed. Rejects with a {@link PostFailure}; nothing is left open then.
 */
export function postOnce(post: Post): Promise<PostAnswer> {
  const { url, guard, clock, signal } = post;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (guard.refuses(host)) return Promise.reject(refusal());
  return new Promise((resolve, reject) => {
    let isSent = false;
    const isSecure = url.protocol === 'https:';
    const request = (isSecure ? requestHttps : requestHttp)(url, {
      method: 'POST',
      agent: false,
      lookup: guard.lookup,
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: {
        ...post.headers,
        accept: 'application/json, text/plain',
        'accept-encoding': 'identity',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(post.body),
      },
    });
    const settle = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      request.destroy();
    };
    const fail = (message: string, isTransient = true): void => {
      settle();
      reject(new PostFailure(message, { isSent, isTransient }));
    };
    const giveUp = (): void => fail('The call was given up.', false);
    const timer = clock.setTimeout(
      () => fail('The service did not answer in time.'),
      post.timeoutMs,
    );
    request.once('socket', (socket) => {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => (isSent = true));
    });
    // Kept after the end: a connection that is torn down may still fail.
    request.on('error', (error) => {
      if (error instanceof RefusedAddress) {
        settle();
        reject(refusal());
      } else fail(isSent ? 'The service broke off.' : 'The service cannot be reached.');
    });
    request.once('response', (response) => {
      readBody(response, fail, (text) => {
        settle();
        resolve({
          status: response.statusCode ?? 0,
          contentType: (response.headers['content-type'] ?? '').toLowerCase(),
          retryAfter: response.headers['retry-after'] ?? null,
          text,
        });
      });
    });
    if (signal.aborted) giveUp();
    else {
      signal.addEventListener('abort', giveUp, { once: true });
      request.end(post.body);
    }
  });
}

/** Reads up to {@link MAX_BODY_BYTES}, and calls exactly one of the two others. */
function readBody(
  response: IncomingMessage,
  fail: (message: string, isTransient: boolean) => void,
  done: (text: string) => void,
): void {
  const tooLarge = `The service answered with more than ${MAX_BODY_BYTES} bytes.`;
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    fail('The service answered in an encoding that it was not asked for.', false);
    return;
  }
  if (Number(response.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    fail(tooLarge, false);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  const end = (how: () => void): void => {
    if (isOver) return;
    isOver = true;
    how();
  };
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) end(() => fail(tooLarge, false));
    else chunks.push(chunk);
  });
  response.once('end', () => end(() => done(Buffer.concat(chunks).toString('utf8'))));
  response.on('error', () => end(() => fail('The service broke off.', true)));
  response.once('close', () => end(() => fail('The service broke off.', true)));
}

function refusal(): PostFailure {
  const message = 'The service is at an address that must not be called.';
  return new PostFailure(message, { isSent: false, isTransient: false });
}

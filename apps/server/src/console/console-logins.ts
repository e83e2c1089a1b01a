import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { fastifyCookie } from '@fastify/cookie';
import type { Clock } from '@antiphon/session';
import type { Access } from '../access.ts';

/** A working day; after it the key is asked for again. */
export const LOGIN_MS = 12 * 3_600_000;

/** Browsers logged in at once; the one that logged in first has to do so again. */
const MOST_LOGINS = 1_000;

export const LOGIN_COOKIE = 'antiphon_console';

/** The browsers that showed an API key: each holds a random token, never the key. */
export class ConsoleLogins {
  readonly #clock: Clock;
  /** When each token expires and what it opens, oldest first. */
  readonly #tokens = new Map<string, { readonly expiresAtMs: number; readonly access: Access }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new token that opens what the key does. */
  open(access: Access): string {
    const token = randomBytes(32).toString('base64url');
    this.#tokens.set(token, { expiresAtMs: this.#clock.now() + LOGIN_MS, access });
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size > MOST_LOGINS && oldest !== undefined) this.#tokens.delete(oldest);
    return token;
  }

  /** What the token of a request opens; null without one that is valid. */
  accessOf(headers: IncomingHttpHeaders): Access | null {
    const login = this.#tokens.get(tokenOf(headers) ?? '');
    return login && login.expiresAtMs > this.#clock.now() ? login.access : null;
  }

  close(headers: IncomingHttpHeaders): void {
    const token = tokenOf(headers);
    if (token !== null) this.#tokens.delete(token);
  }
}

/**
 * Whether a request may change something or listen in on behalf of a browser that is logged in: it
 * comes from a page of this server, or from no page at all.
 */
export function isSameOrigin({ origin, host, ...headers }: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function tokenOf({ cookie }: IncomingHttpHeaders): string | null {
  return cookie === undefined ? null : (fastifyCookie.parse(cookie)[LOGIN_COOKIE] ?? null);
}

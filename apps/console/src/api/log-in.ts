import { askServer } from './ask-server.ts';
import { login } from './login.ts';

/**
 * Exchanges an API key for the console's cookie.
 * @throws {ConsoleError} `login` when the server does not know the key
 */
export async function logIn(key: string): Promise<void> {
  await askServer('/console/login', { method: 'POST', body: { key } });
  login.found();
}

/** Gives the cookie back. */
export async function logOut(): Promise<void> {
  await askServer('/console/logout', { method: 'POST' });
  login.lost();
}

/**
 * Finds out whether the browser is logged in already.
 * @throws {ConsoleError} when the server cannot say
 */
export async function checkLogin(signal?: AbortSignal): Promise<void> {
  await askServer('/console/sessions?limit=1', { signal });
  login.found();
}

/** The key that a link such as `/#key=sk-…` carries; null when it carries none. */
export function keyOfHash(hash: string): string | null {
  const key = new URLSearchParams(hash.replace(/^#/, '')).get('key');
  return key === null || key === '' ? null : key;
}

import { ConsoleError } from './console-error.ts';
import type { ConsoleErrorCode } from './console-error.ts';
import { login } from './login.ts';

/** How a question to the server differs from a plain GET. */
export interface Question {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the server for JSON; undefined where it answers with nothing. A 401 also shows the login.
 * @throws {ConsoleError} whenever there is no such answer; an abort rejects as `fetch` does
 */
export async function askServer<T>(path: string, question: Question = {}): Promise<T> {
  const { method = 'GET', body, signal } = question;
  const response = await send(path, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) {
    if (response.status === 401) login.lost();
    throw new ConsoleError(codeOfStatus(response.status), await reasonOf(response));
  }
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new ConsoleError('failed', `The server's answer to ${path} is not JSON.`, { cause });
  }
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause;
    throw new ConsoleError('unreachable', 'The server does not answer. Is it running?', { cause });
  }
}

/** The kind of failure that an HTTP status stands for. */
export function codeOfStatus(status: number): ConsoleErrorCode {
  if (status === 401) return 'login';
  if (status === 404 || status === 410) return 'missing';
  return status >= 500 ? 'failed' : 'refused';
}

/** The server's own words, where it has any: `{ error: { message } }` or `{ message }`. */
async function reasonOf(response: Response): Promise<string> {
  const fallback = `The server answered ${response.status} ${response.statusText}`.trimEnd() + '.';
  try {
    const answer = (await response.json()) as { error?: { message?: unknown }; message?: unknown };
    const message = answer.error?.message ?? answer.message;
    return typeof message === 'string' && message !== '' ? message : fallback;
  } catch {
    return fallback;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { AnalysisError } from './analysis-error.ts';
import { providerFault } from './provider-fault.ts';

/** Answers are a few kilobytes; nothing that has more is one. */
const MOST_ANSWER_BYTES = 4 * 1024 * 1024;

/** A model listens to a quarter of an hour in well under a minute; then it writes. */
export const DEFAULT_TIMEOUT_MS = 240_000;

/** One request to a provider. */
export interface AnalystRequest {
  /** What messages call it. */
  readonly provider: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One question to a provider. */
export interface AnalystPost extends Omit<AnalystRequest, 'method' | 'body'> {
  readonly body: unknown;
}

/** What came back. */
export interface PostAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Null where it is no JSON. */
  readonly json: unknown;
}

/** Posts JSON as {@link sendRequest} does. */
export function postJson({ body, ...post }: AnalystPost): Promise<PostAnswer> {
  const headers = { 'content-type': 'application/json', ...post.headers };
  return sendRequest({ ...post, method: 'POST', headers, body: JSON.stringify(body) });
}

/**
 * Sends one request and reads what comes back, whatever its status. Rejects with `provider_timeout`,
 * `provider_lost`, `provider_garbled` or `cancelled`. Nothing is sent on to another address.
 */
export async function sendRequest(request: AnalystRequest): Promise<PostAnswer> {
  const { provider, method, url, headers, body = null, timeoutMs, signal } = request;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    const json = jsonOf(await textOf(response, provider));
    return { status: response.status, headers: response.headers, json };
  } catch (cause) {
    if (cause instanceof AnalysisError) throw cause;
    if (signal.aborted) throw givenUp(cause);
    if (limit.aborted) {
      throw providerFault(provider, 'provider_timeout', `no answer within ${timeoutMs / 1000} s`);
    }
    throw providerFault(provider, 'provider_lost', reasonOf(cause));
  }
}

/** Waits; rejects with `cancelled` once the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (cause) {
    throw givenUp(cause);
  }
}

function givenUp(cause: unknown): AnalysisError {
  return new AnalysisError('cancelled', 'The analysis was given up.', { cause });
}

async function textOf(response: Response, provider: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > MOST_ANSWER_BYTES) {
      throw providerFault(provider, 'provider_garbled', 'an answer of more than 4 MiB');
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** Messages of the network may quote headers; codes do not. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, name } = cause as NodeJS.ErrnoException;
  return code ?? name;
}

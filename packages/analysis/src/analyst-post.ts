import { AnalysisError } from './analysis-error.ts';
import { providerFault } from './provider-fault.ts';

/** Answers are a few kilobytes; nothing that has more is one. */
const MOST_ANSWER_BYTES = 4 * 1024 * 1024;

/** A model listens to a quarter of an hour in well under a minute; then it writes. */
export const DEFAULT_TIMEOUT_MS = 240_000;

/** One question to a provider. */
export interface AnalystPost {
  /** What messages call it. */
  readonly provider: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What came back. */
export interface PostAnswer {
  readonly status: number;
  /** Null where it is no JSON. */
  readonly json: unknown;
}

/**
 * Posts JSON once and reads what comes back, whatever its status. Rejects with `provider_timeout`,
 * `provider_lost`, `provider_garbled` or `cancelled`. Nothing is sent on to another address.
 */
export async function postJson(post: AnalystPost): Promise<PostAnswer> {
  const { provider, url, headers, body, timeoutMs, signal } = post;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    return { status: response.status, json: jsonOf(await textOf(response, provider)) };
  } catch (cause) {
    if (cause instanceof AnalysisError) throw cause;
    if (signal.aborted)
      throw new AnalysisError('cancelled', 'The analysis was given up.', { cause });
    if (limit.aborted) {
      throw providerFault(provider, 'provider_timeout', `no answer within ${timeoutMs / 1000} s`);
    }
    throw providerFault(provider, 'provider_lost', reasonOf(cause));
  }
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

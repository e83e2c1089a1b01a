import type { Clock, ToolDefinition, ToolFunction } from '@antiphon/session';
import type { Tracer } from '@opentelemetry/api';
import { ToolUnknownError } from '../tool-unknown-error.ts';
import type { AddressGuard } from './address-guard.ts';
import { filledHeaders, type VariableLookup } from './header-variables.ts';
import { postOnce, PostFailure, type Post, type PostAnswer } from './post-once.ts';
import { postSpan, type PostSpan } from './post-span.ts';
import type { Webhook } from './webhook.ts';

/** A service that is not there for three tries in a row is not there for this caller. */
const MOST_RETRIES = 2;

/** Before the first further try; twice that before the next. */
const FIRST_PAUSE_MS = 250;

/** A service that wants to be left alone for longer is left alone: the caller waits. */
const LONGEST_PAUSE_MS = 5_000;

/** The service was busy, or could not be reached by what stands before it. */
const TRANSIENT_STATUSES = new Set([429, 502, 503, 504]);

/** What a {@link webhookFunction} needs. */
export interface WebhookOptions {
  readonly tool: Pick<ToolDefinition, 'name' | 'effect'>;
  readonly guard: AddressGuard;
  readonly clock: Clock;
  readonly variables: VariableLookup;
  /** Makes a span of each request of a call that is traced; `null` makes none. */
  readonly tracer?: Tracer | null;
}

/**
 * A tool that is a service: a call is a POST of `{arguments, session, call}` with the header
 * `Idempotency-Key: <session>.<call>`, the same at every try, and `traceparent` where the call is traced. JSON and text are results. Network
 * failures and the statuses 429, 502, 503 and 504 are tried again where the effect allows.
 *
 * A tool whose effect is `at_most_once` is sent once; what goes wrong after that, other than that
 * the service refused it (3xx, 4xx), throws a {@link ToolUnknownError}. Throws a ToolError,
 * `missing_variable` or `invalid_header`, when it is made.
 */
export function webhookFunction(webhook: Webhook, options: WebhookOptions): ToolFunction {
  const { tool, guard, clock, variables, tracer = null } = options;
  const url = new URL(webhook.url);
  const headers = filledHeaders(tool.name, webhook.headers, variables);
  const isOnce = tool.effect === 'at_most_once';
  const retries = isOnce ? 0 : Math.min(webhook.retries, MOST_RETRIES);
  return async (args: unknown, { signal, sessionId, callId, traceparent }) => {
    const post = {
      url,
      headers: {
        ...headers,
        'idempotency-key': keyOf(sessionId, callId),
      },
      body: JSON.stringify({ arguments: args, session: sessionId, call: callId }),
      guard,
      clock,
      timeoutMs: webhook.tryTimeoutMs,
      signal,
    };
    for (let failed = 0; ; failed++) {
      const span = postSpan({ tracer, traceparent, url, resends: failed });
      const { value, failure } = await outcomeOf(sent(post, span), clock);
      if (!failure) return value;
      if (isOnce && failure.isSent) throw new ToolUnknownError(failure.message);
      const pauseMs = failure.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** failed;
      if (!failure.isTransient || failed >= retries || pauseMs > LONGEST_PAUSE_MS) {
        throw new Error(failure.message);
      }
      await pause(pauseMs, { clock, signal });
    }
  };
}

interface TryFailure {
  readonly message: string;
  /** Whether the service may have done it. */
  readonly isSent: boolean;
  readonly isTransient: boolean;
  readonly retryAfterMs: number | null;
}

type TryOutcome =
  | { readonly value: unknown; readonly failure: null }
  | { readonly value: null; readonly failure: TryFailure };

/** Sends it as part of a span, which ends with the answer or without one. */
async function sent(post: Post, span: PostSpan): Promise<PostAnswer> {
  const headers = { ...post.headers, ...span.headers };
  try {
    const answer = await postOnce({ ...post, headers });
    span.answered(answer.status);
    return answer;
  } catch (error) {
    span.failed();
    throw error;
  }
}

async function outcomeOf(post: Promise<PostAnswer>, clock: Clock): Promise<TryOutcome> {
  try {
    return readAnswer(await post, clock);
  } catch (error) {
    if (!(error instanceof PostFailure)) throw error;
    const { message, isSent, isTransient } = error;
    return { value: null, failure: { message, isSent, isTransient, retryAfterMs: null } };
  }
}

function readAnswer(answer: PostAnswer, clock: Clock): TryOutcome {
  const { status, contentType, text } = answer;
  if (status >= 300) return refusedOrFailed(answer, clock);
  if (status < 200) return unreadable(`The service answered with ${status}.`);
  if (text === '') return { value: null, failure: null };
  const type = contentType.split(';')[0]!.trim();
  if (type === 'application/json' || type.endsWith('+json')) {
    try {
      return { value: JSON.parse(text) as unknown, failure: null };
    } catch {
      return unreadable('The service answered with something that is no JSON.');
    }
  }
  if (type.startsWith('text/')) return { value: text, failure: null };
  return unreadable('The service answered with neither JSON nor text.');
}

function refusedOrFailed({ status, retryAfter }: PostAnswer, clock: Clock): TryOutcome {
  const isRefused = status < 500;
  const message =
    status < 400
      ? `The service answered with ${status}, a redirect, which is not followed.`
      : `The service ${isRefused ? 'refused the request' : 'failed'} with ${status}.`;
  const failure: TryFailure = {
    message,
    isSent: !isRefused,
    isTransient: TRANSIENT_STATUSES.has(status),
    retryAfterMs: retryAfter === null ? null : waitOf(retryAfter, clock),
  };
  return { value: null, failure };
}

/** The service did it, but what it says of it cannot be told. */
function unreadable(message: string): TryOutcome {
  return {
    value: null,
    failure: { message, isSent: true, isTransient: false, retryAfterMs: null },
  };
}

/** Seconds, or a date (RFC 9110, section 10.2.3); `null` for anything else. */
function waitOf(retryAfter: string, clock: Clock): number | null {
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const atMs = Date.parse(retryAfter);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - clock.now());
}

/** Printable in a header, whatever the ids are made of. */
function keyOf(sessionId: string, callId: string): string {
  return `${encodeURIComponent(sessionId)}.${encodeURIComponent(callId)}`;
}

/** Resolves after the time, or rejects as soon as nobody waits any more. */
function pause(
  ms: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      clock.clearTimeout(timer);
      reject(new Error('The call was given up.'));
    };
    const timer = clock.setTimeout(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    }, ms);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}

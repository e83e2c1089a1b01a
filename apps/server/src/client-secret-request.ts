import { faultOfSchema, protocolErrors, readSessionPayload } from '@antiphon/protocol';
import type { ProtocolFault, SessionPatch } from '@antiphon/protocol';
import { z } from 'zod';

/** What the API documents: from ten seconds to two hours, ten minutes unless said. */
const LEAST_SECONDS = 10;
const MOST_SECONDS = 7_200;
const DEFAULT_SECONDS = 600;

/** The fault of a body that is no JSON. */
export const NOT_JSON = faultOfBody('the body is not valid JSON');

const NO_OBJECT = faultOfBody('the body must be a JSON object');

/** What a body asks for, or what is wrong with it. */
export type SecretRequest =
  | { readonly ok: true; readonly session: SessionPatch; readonly ttlMs: number }
  | { readonly ok: false; readonly fault: ProtocolFault };

const lifetime = z
  .strictObject({
    anchor: z.literal('created_at').optional(),
    seconds: z.int().min(LEAST_SECONDS).max(MOST_SECONDS).optional(),
  })
  .nullish();

const currentBody = z.strictObject({ expires_after: lifetime, session: z.unknown().optional() });

/** The older bodies are the session itself; its `client_secret` says how long the secret lives. */
const flatBody = z.looseObject({
  client_secret: z.looseObject({ expires_after: lifetime, expires_at: lifetime }).nullish(),
});

/** Reads the body of `POST /v1/realtime/client_secrets`. */
export function readSecretRequest(body: unknown): SecretRequest {
  const root = body ?? {};
  if (!isObject(root)) return { ok: false, fault: NO_OBJECT };
  const parsed = currentBody.safeParse(root);
  if (!parsed.success) return { ok: false, fault: faultOfSchema(parsed.error, root) };
  const { expires_after: expiry, session } = parsed.data;
  const ttlMs = ttlMsOf(expiry);
  if (session === undefined || session === null) return { ok: true, session: {}, ttlMs };
  const payload = readSessionPayload(session, { dialect: 'ga' });
  return payload.ok ? { ok: true, session: payload.patch, ttlMs } : payload;
}

/** Reads the body of the older `POST /v1/realtime/sessions` and `…/transcription_sessions`. */
export function readFlatSecretRequest(
  body: unknown,
  sessionType: 'realtime' | 'transcription',
): SecretRequest {
  const root = body ?? {};
  if (!isObject(root)) return { ok: false, fault: NO_OBJECT };
  const parsed = flatBody.safeParse(root);
  if (!parsed.success) return { ok: false, fault: faultOfSchema(parsed.error, root) };
  const payload = readSessionPayload(root, { dialect: 'beta', isTypeImplied: true });
  if (!payload.ok) return { ok: false, fault: flatFault(payload.fault) };
  const { client_secret: secret } = parsed.data;
  const ttlMs = ttlMsOf(secret?.expires_after ?? secret?.expires_at);
  return { ok: true, session: { ...payload.patch, sessionType }, ttlMs };
}

/** The same fault without the `session.` that these bodies do not have. */
export function flatFault(fault: ProtocolFault): ProtocolFault {
  const { param, message } = fault;
  if (param === null || !param.startsWith('session.')) return fault;
  const flat = param.slice('session.'.length);
  return { ...fault, param: flat, message: message.replace(`'${param}'`, `'${flat}'`) };
}

function faultOfBody(reason: string): ProtocolFault {
  return protocolErrors.invalidValue({ param: null, reason });
}

function ttlMsOf(expiry: z.output<typeof lifetime>): number {
  return (expiry?.seconds ?? DEFAULT_SECONDS) * 1000;
}

function isObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

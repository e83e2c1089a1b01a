import { isJsonObject } from './json-value.ts';

/** Which generation of the Realtime protocol a connection speaks: `ga` is current, `beta` compat. */
export type Dialect = 'ga' | 'beta';

const REALTIME_SUBPROTOCOL = 'realtime';
const BETA_SUBPROTOCOL = 'openai-beta.realtime-v1';
const BETA_HEADER_VALUE = 'realtime=v1';

/** Session keys that only a beta client puts at the top level of its first session.update. */
const BETA_SESSION_KEYS = [
  'modalities',
  'voice',
  'input_audio_format',
  'output_audio_format',
  'turn_detection',
  'input_audio_transcription',
];

/** The subprotocols of a Sec-WebSocket-Protocol request header, in the client's order. */
export function offeredSubprotocols(protocolHeader: string | undefined): string[] {
  if (protocolHeader === undefined) return [];
  return protocolHeader
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/**
 * The subprotocol to answer with: `realtime` when the client offers it, else null. The other
 * offered names carry the key and must not be echoed.
 */
export function acceptedSubprotocol(offered: Iterable<string>): 'realtime' | null {
  for (const name of offered) {
    if (name === REALTIME_SUBPROTOCOL) return REALTIME_SUBPROTOCOL;
  }
  return null;
}

/**
 * The dialect to open a connection with: beta when the `OpenAI-Beta` header contains
 * `realtime=v1` or the beta subprotocol is offered, else GA.
 */
export function negotiateDialect(handshake: {
  betaHeader: string | readonly string[] | undefined;
  subprotocols: Iterable<string>;
}): Dialect {
  const { betaHeader, subprotocols } = handshake;
  const headerText = typeof betaHeader === 'string' ? betaHeader : (betaHeader ?? []).join(',');
  if (headerText.includes(BETA_HEADER_VALUE)) return 'beta';
  for (const name of subprotocols) {
    if (name === BETA_SUBPROTOCOL) return 'beta';
  }
  return 'ga';
}

/**
 * Whether a raw `session` payload is written in the flat beta shape: no `type`, and at least one
 * key that only beta has at the top level. When this is true of the first session.update of a GA
 * connection, the connection switches to beta.
 */
export function detectBetaShape(rawSession: unknown): boolean {
  if (!isJsonObject(rawSession) || Object.hasOwn(rawSession, 'type')) return false;
  return BETA_SESSION_KEYS.some((key) => Object.hasOwn(rawSession, key));
}

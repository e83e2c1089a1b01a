import { offeredSubprotocols } from './dialect.ts';

/** A key found on a handshake and where it stood. */
export interface Credentials {
  key: string;
  carrier: 'authorization' | 'api-key' | 'subprotocol';
}

const KEY_SUBPROTOCOL_PREFIX = 'openai-insecure-api-key.';

/** What clients without a key write in its place when they stringify an absent value. */
const STRINGIFIED_ABSENT = new Set(['', 'undefined', 'null']);

function presentKey(candidate: string | undefined): string | null {
  const key = candidate?.trim() ?? '';
  return STRINGIFIED_ABSENT.has(key) ? null : key;
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}

function subprotocolKey(protocolHeader: string | undefined): string | undefined {
  return offeredSubprotocols(protocolHeader)
    .find((name) => name.startsWith(KEY_SUBPROTOCOL_PREFIX))
    ?.slice(KEY_SUBPROTOCOL_PREFIX.length);
}

/**
 * The API key or client secret of a handshake, or null when no carrier has one. Carriers are
 * read in this order: `Authorization: Bearer`, `api-key`, the `openai-insecure-api-key.`
 * subprotocol; the literal words "undefined" and "null" count as missing.
 */
export function credentialsFrom(handshake: {
  authorization: string | undefined;
  apiKeyHeader: string | undefined;
  protocolHeader: string | undefined;
}): Credentials | null {
  const bearer = presentKey(bearerToken(handshake.authorization));
  if (bearer !== null) return { key: bearer, carrier: 'authorization' };
  const apiKey = presentKey(handshake.apiKeyHeader);
  if (apiKey !== null) return { key: apiKey, carrier: 'api-key' };
  const subprotocol = presentKey(subprotocolKey(handshake.protocolHeader));
  if (subprotocol !== null) return { key: subprotocol, carrier: 'subprotocol' };
  return null;
}

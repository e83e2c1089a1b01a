import { AnalysisError } from './analysis-error.ts';

/** What every analyst over HTTP is made from; all but the key may stand in a file. */
export interface HostedAnalystOptions {
  /** A secret: it goes into a header and nowhere else. Null sends none, as servers of one's own do. */
  readonly apiKey: string | null;
  /** What the paths of the API are put behind; the vendor's unless given. */
  readonly url?: string;
  /** The vendor's audio model unless given. */
  readonly model?: string;
  /** How long one answer may take; four minutes unless given. */
  readonly timeoutMs?: number;
  /** WAV files of more bytes are refused; what the vendor takes unless given. */
  readonly mostAudioBytes?: number;
}

/**
 * Vendors take requests of 20 MB, in which sound stands in base64; what is left is for the
 * transcript. 8 kHz: a quarter of an hour.
 */
export const MOST_AUDIO_BYTES = 14_400_000;

/** The address of an API's method; throws `invalid_settings`, without what is beside host and path. */
export function methodUrl(base: string, method: string): URL {
  const url = URL.canParse(base) ? new URL(base) : null;
  if (url === null || !/^https?:$/u.test(url.protocol) || url.username + url.password !== '') {
    throw new AnalysisError(
      'invalid_settings',
      'The address of the analyst is no https:// or http:// address without a user; write the base ' +
        'of its API, such as https://api.openai.com/v1.',
    );
  }
  url.pathname = `${url.pathname.replace(/\/+$/u, '')}/${method}`;
  return url;
}

/** Throws `no_key` for what no header can carry. */
export function requireKey(apiKey: string | null): string | null {
  if (apiKey === null || /^[\x21-\x7e]+$/u.test(apiKey)) return apiKey;
  throw new AnalysisError(
    'no_key',
    'The key of the analyst is empty or has characters that no key has; copy it again.',
  );
}

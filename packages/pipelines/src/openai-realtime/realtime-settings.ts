import type { Clock, ProviderVad, RealtimePrices } from '@antiphon/session';

/** Where the models of OpenAI answer. */
const OPENAI_URL = 'wss://api.openai.com/v1/realtime';

/** How long an upstream may take, in milliseconds of the Clock. */
export interface RealtimeTimeouts {
  /** From an answer that finds no connection to one that is ready. */
  readonly connectMs: number;
  /** From the opening of a connection to the session that the upstream tells of. */
  readonly greetMs: number;
  /** From the end of a turn to its final transcript. */
  readonly transcriptMs: number;
  /** From `response.create` to `response.created`, and from a cancellation to its end. */
  readonly acceptMs: number;
  /** From the created response to the first of its output. */
  readonly firstOutputMs: number;
  /** From one output to the next. */
  readonly outputGapMs: number;
  /** From a sign of life that is asked for to the first thing heard. */
  readonly probeMs: number;
  /** From the beginning of a sound to what the upstream tells of it, where it finds the turns. */
  readonly unheardMs: number;
  /** Between two pings, and from one to its pong. */
  readonly pingMs: number;
  /** How long one upstream session is used before another takes its place. */
  readonly rotateMs: number;
}

/**
 * An upstream takes a request within a round trip, so one that has not done so after 1.2 s is gone:
 * the apology is then spoken within two seconds of the request, and so it is where a turn finds a
 * dead connection and no other one can be had. A sound is told of in a few hundred milliseconds; the
 * session keeps two seconds of the caller's audio. A session may last an hour.
 */
export const DEFAULT_REALTIME_TIMEOUTS: RealtimeTimeouts = {
  connectMs: 1_200,
  greetMs: 3_000,
  transcriptMs: 2_000,
  acceptMs: 1_200,
  firstOutputMs: 3_500,
  outputGapMs: 3_000,
  probeMs: 800,
  unheardMs: 1_500,
  pingMs: 20_000,
  rotateMs: 55 * 60_000,
};

/** What an upstream is and how it is used; all but the key may stand in an agent's folder. */
export interface RealtimeSettings {
  /**
   * The WebSocket address; OpenAI's unless given. A query of its own is kept, and `model` is put
   * into it, unless it names one (or an Azure `deployment`) already.
   */
  readonly url?: string | undefined;
  readonly model: string;
  /** A secret: it goes into a header and nowhere else. */
  readonly apiKey: string;
  /** `Authorization: Bearer` unless `api-key`, as Azure has it. */
  readonly apiKeyHeader?: 'bearer' | 'api-key';
  /** The voice of the model; that of the session's configuration unless given. */
  readonly voice?: string | undefined;
  /** Who writes down what callers say. */
  readonly transcriptionModel?: string | undefined;
  /** ISO 639-1, where callers speak one language. */
  readonly transcriptionLanguage?: string | undefined;
  /**
   * `auto` takes G.711 where the caller's audio has 8 kHz, which is neither resampled nor larger on
   * the wire, and PCM at 24 kHz otherwise.
   */
  readonly audio?: 'auto' | 'pcm' | 'g711';
  /** Who finds the caller's turns: the session's own detector, unless it is the provider. */
  readonly turnDetection?: 'session' | 'provider' | undefined;
  /** How the provider does; as the session's own detector is told to, unless given. */
  readonly providerVad?: ProviderVad | undefined;
  readonly prices?: RealtimePrices | undefined;
}

/** The address of an upstream, with its model. */
export function upstreamUrl({ url = OPENAI_URL, model }: RealtimeSettings): URL {
  const address = new URL(url);
  const names = address.searchParams;
  if (!names.has('model') && !names.has('deployment') && !names.has('agent')) {
    names.set('model', model);
  }
  return address;
}

/** The header that carries the key. */
export function keyHeader({ apiKey, apiKeyHeader }: RealtimeSettings): Record<string, string> {
  return apiKeyHeader === 'api-key' ? { 'api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
}

/** What all parts of a session share. */
export interface RealtimeUse {
  readonly settings: RealtimeSettings;
  readonly timeouts: RealtimeTimeouts;
  readonly clock: Clock;
}

import type { AudioEncoding, SampleRate } from '@antiphon/audio';
import type { Clock } from '@antiphon/session';
import type { Recognition, RecognitionEvents } from '../cascade/ports/speech-to-text.ts';
import type { CallerAudioFormat } from '../openai-realtime/caller-audio.ts';
import { PipelineError } from '../pipeline-error.ts';
import { DEFAULT_HEARING_TIMEOUTS, HeardTurn } from './heard-turn.ts';
import type { HearingProtocol, HearingTimeouts } from './heard-turn.ts';
import { providerFault } from './provider-fault.ts';
import type { WarmSockets } from './warm-sockets.ts';

/** Turns that may be heard at once by one recogniser; one more ends with `queue_full`. */
const MAX_TURNS = 1_000;

/** A connection of no use for so long is closed where others are open, so that peaks pass. */
export const IDLE_CONNECTION_MS = 120_000;

/** What a caller's line is like, by the first frame of a turn. */
export interface HeardLine {
  readonly rate: SampleRate;
  readonly encoding?: AudioEncoding | undefined;
}

/** What a {@link HearingDesk} serves. */
export interface HearingDeskOptions {
  readonly provider: string;
  readonly clock: Clock;
  readonly timeouts: Partial<HearingTimeouts>;
  /** Formats for which connections are opened in advance. */
  readonly warmFormats: readonly CallerAudioFormat[];
  readonly leastMs: number;
  readonly formatOf: (line: HeardLine) => CallerAudioFormat;
  /** Connections for audio of a format: a connection hears one format only. */
  readonly open: (format: CallerAudioFormat) => WarmSockets;
  readonly protocol: (format: CallerAudioFormat) => HearingProtocol;
}

/** Takes turns for a hosted recogniser, and keeps its connections and account of what is under way. */
export class HearingDesk {
  readonly #options: HearingDeskOptions;
  readonly #timeouts: HearingTimeouts;
  readonly #pools = new Map<string, WarmSockets>();
  readonly #turns = new Set<HeardTurn>();
  #isClosed = false;

  /** Throws a PipelineError, `invalid_argument`, for a time limit that is none. */
  constructor(options: HearingDeskOptions) {
    this.#options = options;
    this.#timeouts = { ...DEFAULT_HEARING_TIMEOUTS, ...options.timeouts };
    for (const [name, ms] of Object.entries(this.#timeouts)) {
      if (typeof ms === 'number' && ms > 0 && ms < Infinity) continue;
      const problem = `${options.provider}: ${name} is ${String(ms)}; give milliseconds above 0`;
      throw new PipelineError('invalid_argument', problem);
    }
    for (const format of options.warmFormats) this.#socketsFor(format);
  }

  recognise(events: RecognitionEvents, encoding?: AudioEncoding): Recognition {
    const { provider, clock, leastMs, formatOf, protocol } = this.#options;
    const turn: HeardTurn = new HeardTurn({
      provider,
      events,
      clock,
      timeouts: this.#timeouts,
      leastMs,
      formatOf: ({ sampleRate: rate }) => formatOf({ rate, encoding }),
      protocol,
      socketsFor: (format) => this.#socketsFor(format),
      onOver: () => this.#turns.delete(turn),
    });
    const refusal = this.#refusal();
    if (refusal) turn.failSoon(refusal);
    else this.#turns.add(turn);
    return turn;
  }

  /** Drops all turns without a word and closes all connections. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const turn of this.#turns) turn.cancel();
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  #refusal(): PipelineError | null {
    const { provider } = this.#options;
    if (this.#isClosed) return new PipelineError('closed', `${provider} is closed`);
    if (this.#turns.size < MAX_TURNS) return null;
    return providerFault(provider, 'queue_full', `${MAX_TURNS} turns are heard already`);
  }

  #socketsFor(format: CallerAudioFormat): WarmSockets {
    const key = format.type === 'audio/pcm' ? `pcm ${format.rate}` : format.type;
    const pool = this.#pools.get(key) ?? this.#options.open(format);
    this.#pools.set(key, pool);
    return pool;
  }
}

/** The address of a WebSocket; `http` becomes `ws`. Throws `invalid_argument` where it is none. */
export function socketUrl(provider: string, address: string): URL {
  const url = address.replace(/^http/u, 'ws');
  if (/^wss?:/u.test(url) && URL.canParse(url)) return new URL(url);
  throw new PipelineError(
    'invalid_argument',
    `${provider}: the url is no wss:// or https:// address; leave it out for the provider's own`,
  );
}

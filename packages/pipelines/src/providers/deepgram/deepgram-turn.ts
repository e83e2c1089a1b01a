import type { listen } from '@deepgram/sdk';
import type { CallerAudioFormat } from '../../openai-realtime/caller-audio.ts';
import type { HeardFrame, HearingProtocol } from '../heard-turn.ts';
import { frameFault, providerFault } from '../provider-fault.ts';
import type { SocketFrame } from '../warm-socket.ts';

/** Its name, as messages have it. */
export const DEEPGRAM = 'Deepgram';

const FINALIZE = JSON.stringify({ type: 'Finalize' } satisfies listen.ListenV1Finalize);

/** Audio at the end of a turn that may be missing from its last final result. */
const TAIL_S = 0.2;

/** Results end at times with a little of rounding in them. */
const ROUNDING_S = 0.005;

/** Connections whose ends are remembered. */
const MAX_STREAMS = 1_000;

/** Up to where the audio of each connection has been written down, in seconds. */
export class StreamEnds {
  readonly #ends = new Map<string, number>();

  of(requestId: string): number {
    return this.#ends.get(requestId) ?? 0;
  }

  note(requestId: string, endS: number): void {
    const end = Math.max(endS, this.of(requestId));
    this.#ends.delete(requestId);
    this.#ends.set(requestId, end);
    if (this.#ends.size <= MAX_STREAMS) return;
    for (const oldest of this.#ends.keys()) {
      this.#ends.delete(oldest);
      break;
    }
  }
}

/**
 * A turn on a connection to Deepgram. Results bear no id of a turn but their place in the audio of
 * the connection: what ends where the turn begins, or before, is of an earlier one.
 */
export class DeepgramTurn implements HearingProtocol {
  readonly #ends: StreamEnds;
  readonly #bytesPerS: number;
  #bytes = 0;
  /** Where the turn begins in the audio of the connection; known with the first result. */
  #beginS: number | null = null;
  /** Up to where the words are final. */
  #finalS = 0;
  #finals: string[] = [];
  #interim = '';
  #isFlushed = false;
  readonly #finalizesPauses: boolean;
  #isPaused = false;
  /** How often final words were asked for, and how often they came. */
  #asked = 0;
  #answered = 0;

  constructor(format: CallerAudioFormat, ends: StreamEnds, finalizesPauses = false) {
    this.#ends = ends;
    this.#finalizesPauses = finalizesPauses;
    this.#bytesPerS = format.type === 'audio/pcm' ? format.rate * 2 : 8000;
  }

  audio(bytes: Buffer): Uint8Array {
    this.#bytes += bytes.length;
    return bytes;
  }

  finish(): string | null {
    const isAsked = this.#isPaused && this.#answered < this.#asked;
    if (isAsked && !this.#isFlushed) {
      this.#isFlushed = true;
      return null;
    }
    this.#isFlushed = true;
    // What was asked for in vain is not waited for.
    if (isAsked) this.#asked = this.#answered;
    return this.#ask();
  }

  pause(): string | null {
    if (!this.#finalizesPauses || this.#isPaused) return null;
    this.#isPaused = true;
    return this.#ask();
  }

  resume(): void {
    this.#isPaused = false;
  }

  final(): string | null {
    const isFinal = this.#isPaused && this.#answered >= this.#asked && this.#interim === '';
    return isFinal ? this.#text : null;
  }

  /** What was said so far must not become the beginning of the next turn. */
  stop(): string | null {
    if (this.#isFlushed) return null;
    this.#isFlushed = true;
    return this.#ask();
  }

  read(frame: SocketFrame): HeardFrame {
    if (frame['type'] === 'Error') {
      const { err_code: code, variant, code: name } = frame;
      return { fault: frameFault(DEEPGRAM, [code, variant, name]) };
    }
    if (frame['type'] !== 'Results') return {};
    const result = resultIn(frame);
    return result
      ? this.#hear(result)
      : { fault: providerFault(DEEPGRAM, 'provider_garbled', 'a result') };
  }

  /** `Finalize` is not always answered where nothing is left to be written down. */
  settled(): string | null {
    if (this.#beginS === null || this.#interim !== '') return null;
    const endS = this.#beginS + this.#bytes / this.#bytesPerS;
    return this.#finalS >= endS - TAIL_S ? this.#text : null;
  }

  #ask(): string {
    this.#asked += 1;
    return FINALIZE;
  }

  get #text(): string {
    return [...this.#finals, this.#interim].filter((text) => text !== '').join(' ');
  }

  #hear({ requestId, endS, text, isFinal, isFlush }: Result): HeardFrame {
    this.#beginS ??= this.#ends.of(requestId);
    if (endS <= this.#beginS + ROUNDING_S) return {};
    if (isFinal) this.#ends.note(requestId, endS);
    if (isFinal) {
      this.#finalS = endS;
      this.#finals.push(text);
      this.#interim = '';
    } else this.#interim = text;
    if (isFlush) this.#answered += 1;
    const isLast = isFlush && this.#isFlushed && this.#answered >= this.#asked;
    return isLast ? { final: this.#text, isDone: true } : { partial: this.#text };
  }
}

interface Result {
  readonly requestId: string;
  readonly endS: number;
  readonly text: string;
  readonly isFinal: boolean;
  readonly isFlush: boolean;
}

type Unsure<T> = { readonly [Name in keyof T]?: unknown };

/** Null where it is not what the description has. */
function resultIn(frame: SocketFrame): Result | null {
  const told: Unsure<listen.ListenV1Results> = frame;
  const { start, duration } = told;
  const channel = told.channel as Unsure<listen.ListenV1Results.Channel> | undefined | null;
  const metadata = told.metadata as Unsure<listen.ListenV1Results.Metadata> | undefined | null;
  const list = Array.isArray(channel?.alternatives) ? (channel.alternatives as unknown[]) : [];
  const best = list[0] as { readonly transcript?: unknown } | undefined | null;
  const text = best?.transcript;
  const requestId = metadata?.request_id;
  if (typeof start !== 'number' || typeof duration !== 'number') return null;
  if (typeof text !== 'string' || typeof requestId !== 'string') return null;
  return {
    requestId,
    endS: start + duration,
    text: text.trim(),
    isFinal: told.is_final === true || told.from_finalize === true,
    isFlush: told.from_finalize === true,
  };
}

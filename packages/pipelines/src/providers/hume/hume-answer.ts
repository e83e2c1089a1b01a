import { frameFault, providerFault } from '../provider-fault.ts';
import { JsonLines } from '../json-lines.ts';
import type { SpokenPiece } from '../spoken-piece.ts';
import type { SocketFrame } from '../warm-socket.ts';

export const PROVIDER = 'Hume';

/** Reads the answer to one request into its piece. */
export class HumeAnswer {
  readonly #piece: SpokenPiece;
  readonly #lines = new JsonLines();
  #generation: unknown = null;
  #snippet: unknown = null;
  /** Where the snippet's audio begins. */
  #snippetAtMs = 0;

  constructor(piece: SpokenPiece) {
    this.#piece = piece;
  }

  take(bytes: Buffer): void {
    this.#hear(this.#lines.take(bytes));
  }

  end(): void {
    this.#hear(this.#lines.end());
    this.#piece.end();
  }

  #hear(frames: readonly SocketFrame[] | null): void {
    if (frames === null) this.#garbled('a line that is no JSON object');
    for (const frame of frames ?? []) {
      if (this.#piece.isOver) return;
      this.#read(frame);
    }
  }

  #read(frame: SocketFrame): void {
    const { type } = frame;
    if (type === 'error' || (type === undefined && frame['code'] !== undefined)) {
      this.#piece.fail(frameFault(PROVIDER, [frame['code']]));
      return;
    }
    if (type !== 'audio' && type !== 'timestamp') return;
    this.#generation ??= frame['generation_id'];
    if (frame['generation_id'] !== this.#generation) {
      this.#garbled('two answers at once');
      return;
    }
    if (frame['snippet_id'] !== this.#snippet) {
      this.#snippet = frame['snippet_id'];
      this.#snippetAtMs = this.#piece.lengthMs;
    }
    if (type === 'audio') this.#audio(frame);
    else this.#timestamp(frame['timestamp']);
  }

  #audio({ audio, audio_format: format }: SocketFrame): void {
    if (format !== undefined && format !== 'pcm') this.#garbled('audio that is no PCM');
    else if (typeof audio !== 'string') this.#garbled('audio');
    else this.#piece.hearBase64(audio);
  }

  #timestamp(told: unknown): void {
    const { type, text, time } = (told ?? {}) as Record<string, unknown>;
    if (type !== 'word') return;
    const { begin, end } = (time ?? {}) as Record<string, unknown>;
    const startMs = this.#snippetAtMs + Number(begin);
    const endMs = this.#snippetAtMs + Number(end);
    if (typeof text === 'string' && startMs >= 0 && endMs >= startMs) {
      this.#piece.tell([{ text, startMs, endMs }]);
    } else this.#garbled('word times');
  }

  #garbled(what: string): void {
    this.#piece.fail(providerFault(PROVIDER, 'provider_garbled', what));
  }
}

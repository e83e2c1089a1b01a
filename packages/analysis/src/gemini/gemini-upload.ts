import { AnalysisError } from '../analysis-error.ts';
import { pause, sendRequest } from '../analyst-post.ts';
import type { PostAnswer } from '../analyst-post.ts';
import { partsOf } from '../call-sound.ts';
import type { CallSound } from '../call-sound.ts';
import { providerFault } from '../provider-fault.ts';
import { GEMINI, refusalOf } from './gemini-refusal.ts';

/** How often a part is sent before it is given up. */
const MOST_TRIES = 4;

/** Where the sound goes, and how. */
export interface GeminiUploadOptions {
  /** Of this upload alone, as the server named it. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Of each request. */
  readonly timeoutMs: number;
  /** Before a part is sent a second time, and twice as long before each time after it. */
  readonly retryMs: number;
  /** Of each request but the last; a multiple of 256 KiB. */
  readonly partBytes: number;
}

interface Part {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly isLast: boolean;
}

/**
 * One upload by Google's resumable protocol. A part that got lost on the way is sent again from
 * where the server has it.
 */
export class GeminiUpload {
  readonly #options: GeminiUploadOptions;
  readonly #bytes: number;
  #isFinal = false;
  #mayBeFinal = false;

  constructor(bytes: number, options: GeminiUploadOptions) {
    this.#bytes = bytes;
    this.#options = options;
  }

  /** Whether all was sent, and the server has said so. */
  get isFinal(): boolean {
    return this.#isFinal;
  }

  /** Whether there may be a file now. */
  get mayBeFinal(): boolean {
    return this.#mayBeFinal;
  }

  /** Resolves to what the server says of the file; null where that answer got lost. */
  async send(
    sound: CallSound,
    { signal, onSent }: { signal: AbortSignal; onSent: (bytes: number) => void },
  ): Promise<unknown> {
    let offset = 0;
    let told: unknown = null;
    for await (const bytes of partsOf(sound, this.#options.partBytes)) {
      const isLast = offset + bytes.length === this.#bytes;
      told = await this.#sendPart({ bytes, offset, isLast }, signal);
      offset += bytes.length;
      onSent(offset);
    }
    if (!this.#isFinal) throw providerFault(GEMINI, 'provider_garbled', 'an upload without an end');
    return told;
  }

  /** Has the server forget what it was sent. */
  async cancel(signal: AbortSignal): Promise<void> {
    await this.#command('cancel', { signal });
  }

  async #sendPart({ bytes, offset, isLast }: Part, signal: AbortSignal): Promise<unknown> {
    const { retryMs } = this.#options;
    let from = 0;
    for (let tries = 1; ; tries++) {
      try {
        if (tries > 1) {
          from = (await this.#received(signal)) - offset;
          if (this.#isFinal || (from === bytes.length && !isLast)) return null;
          if (!(from >= 0 && from <= bytes.length)) {
            throw providerFault(GEMINI, 'provider_garbled', 'an upload from somewhere else');
          }
        }
        if (isLast) this.#mayBeFinal = true;
        const rest = { signal, offset: offset + from, body: bytes.slice(from) };
        const answer = await this.#command(isLast ? 'upload, finalize' : 'upload', rest);
        this.#isFinal = isLast;
        return answer.json;
      } catch (error) {
        const isLost = error instanceof AnalysisError && RESUMED.has(error.code);
        if (!isLost || tries === MOST_TRIES) throw error;
        await pause(retryMs * 2 ** (tries - 1), signal);
      }
    }
  }

  /** How much the server has. */
  async #received(signal: AbortSignal): Promise<number> {
    const { headers } = await this.#command('query', { signal });
    this.#isFinal = headers.get('x-goog-upload-status') === 'final';
    return Number(headers.get('x-goog-upload-size-received') ?? Number.NaN);
  }

  async #command(
    command: string,
    more: { signal: AbortSignal; offset?: number; body?: Uint8Array<ArrayBuffer> },
  ): Promise<PostAnswer> {
    const { url, headers, timeoutMs } = this.#options;
    const { signal, offset, body } = more;
    const answer = await sendRequest({
      provider: GEMINI,
      method: 'POST',
      url,
      headers: {
        ...headers,
        'x-goog-upload-command': command,
        ...(offset !== undefined && { 'x-goog-upload-offset': String(offset) }),
      },
      ...(body && { body }),
      timeoutMs,
      signal,
    });
    if (answer.status !== 200) throw refusalOf(answer, this.#bytes);
    return answer;
  }
}

const RESUMED: ReadonlySet<string> = new Set(['provider_lost', 'provider_failed']);

import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { LanguageModelPart } from '../../cascade/ports/language-model.ts';
import { PipelineError } from '../../pipeline-error.ts';
import { providerFault } from '../provider-fault.ts';
import { eventFault, toldApiError } from './chat-fault.ts';
import { ChatReader } from './chat-reader.ts';
import type { ChatReaderOptions } from './chat-reader.ts';

/** Of one answer: an hour of talk is less. More is no answer. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** What the last event of an answer says, which some servers leave out. */
const DONE = '[DONE]';
const END_EVENT = `data: ${DONE}\n\n`;

/**
 * The parts of one answer, out of the bytes of its body as they come. Text that came in one piece is
 * one part. What nobody has taken yet waits; a body has a bound.
 */
export class ChatStream {
  readonly #provider: string;
  readonly #reader: ChatReader;
  readonly #decoder = new StringDecoder('utf8');
  readonly #parser = createParser({ onEvent: (event) => this.#take(event) });
  readonly #parts: LanguageModelPart[] = [];
  #text: string | null = null;
  #bytes = 0;
  #isOver = false;
  #isWhole = false;
  #fault: PipelineError | null = null;
  #wake: (() => void) | null = null;

  constructor(options: ChatReaderOptions) {
    this.#provider = options.provider;
    this.#reader = new ChatReader(options);
  }

  /** Whether no more is heard: the answer is whole, or has failed, or was left. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether the answer has come to its end. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Takes the next bytes of the body. */
  hear(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_BODY_BYTES) {
      this.fail(providerFault(this.#provider, 'provider_garbled', 'an answer without end'));
    } else this.#feed(this.#decoder.write(bytes));
  }

  /** The body has ended; its last event may lack the blank line after it. */
  end(): void {
    if (this.#isOver) return;
    this.#feed(`${this.#decoder.end()}\n\n${END_EVENT}`);
  }

  /** Nothing more comes; what came before is told first. */
  fail(fault: PipelineError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#fault = fault;
    this.#tell();
  }

  /** Nobody listens any more. */
  leave(): void {
    this.#isOver = true;
    this.#fault = null;
    this.#parts.length = 0;
    this.#tell();
  }

  /** The next part, one read at a time; null after the last. Rejects with what it failed with. */
  async next(): Promise<LanguageModelPart | null> {
    if (this.#parts.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const part = this.#parts.shift();
    if (part) return part;
    const fault = this.#fault;
    this.#fault = null;
    if (fault) throw fault;
    return null;
  }

  #feed(text: string): void {
    try {
      this.#parser.feed(text);
    } catch (error) {
      // Members of a chunk may be of any kind.
      this.fail(
        error instanceof PipelineError
          ? error
          : providerFault(this.#provider, 'provider_garbled', 'a chunk of another shape'),
      );
    }
    this.#tellText();
    this.#tell();
  }

  #take({ data }: EventSourceMessage): void {
    if (this.#isOver) return;
    if (data.startsWith(DONE)) {
      this.#finish();
      return;
    }
    const chunk = this.#parsed(data);
    const told = toldApiError(chunk);
    if (told) throw eventFault(this.#provider, told);
    const delta = this.#reader.take(chunk as ChatCompletionChunk);
    if (delta !== '') this.#text = (this.#text ?? '') + delta;
    // Arguments may take longer than a model may be silent.
    else if (this.#reader.isCalling) this.#text ??= '';
  }

  #parsed(data: string): unknown {
    try {
      return JSON.parse(data) as unknown;
    } catch {
      throw providerFault(this.#provider, 'provider_garbled', 'a chunk that is no JSON');
    }
  }

  #finish(): void {
    this.#tellText();
    this.#parts.push(...this.#reader.end());
    this.#isOver = true;
    this.#isWhole = true;
    this.#tell();
  }

  #tellText(): void {
    if (this.#text !== null) this.#parts.push({ type: 'text', delta: this.#text });
    this.#text = null;
  }

  #tell(): void {
    if (this.#parts.length === 0 && !this.#isOver) return;
    this.#wake?.();
    this.#wake = null;
  }
}

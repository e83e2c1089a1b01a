import type {
  InputAudioBufferAppendEvent,
  InputAudioBufferClearEvent,
  InputAudioBufferCommitEvent,
} from 'openai/resources/realtime/realtime';
import { transcriptTokensOf } from '../../openai-realtime/token-costs.ts';
import type { PipelineError } from '../../pipeline-error.ts';
import type { HeardFrame, HearingProtocol } from '../heard-turn.ts';
import { frameFault, providerFault } from '../provider-fault.ts';
import type { SocketFrame } from '../warm-socket.ts';

/** Its name, as messages have it. */
export const OPENAI_TRANSCRIPTION = 'OpenAI transcription';

/** The id of the event that sets up a connection. */
export const SETUP_EVENT = 'setup';

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

const COMMIT = JSON.stringify({
  type: 'input_audio_buffer.commit',
} satisfies InputAudioBufferCommitEvent);

const CLEAR = JSON.stringify({
  type: 'input_audio_buffer.clear',
} satisfies InputAudioBufferClearEvent);

/** Items of earlier turns that are remembered. */
const MAX_ITEMS = 1_000;

/** Items whose turns are over. */
export class PastItems {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= MAX_ITEMS) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      break;
    }
  }
}

/** What ends a connection, whoever uses it: settings that are refused, or the end of its hour. */
export function sessionFault(frame: SocketFrame): PipelineError | undefined {
  if (frame['type'] !== 'error') return undefined;
  const error = errorOf(frame);
  if (error['code'] === 'session_expired') {
    return providerFault(OPENAI_TRANSCRIPTION, 'provider_lost', 'session_expired');
  }
  return error['event_id'] === SETUP_EVENT ? faultOf(frame) : undefined;
}

/** A turn on a connection to OpenAI: an item of its own, whose id is known when it is committed. */
export class OpenaiTurn implements HearingProtocol {
  readonly #past: PastItems;
  #itemId: string | null = null;
  #text = '';
  #phase: 'open' | 'given up' | 'finished' | 'committed' = 'open';

  constructor(past: PastItems) {
    this.#past = past;
  }

  audio(bytes: Buffer): string {
    return JSON.stringify({
      type: 'input_audio_buffer.append',
      audio: bytes.toString('base64'),
    } satisfies InputAudioBufferAppendEvent);
  }

  finish(): string {
    this.#phase = 'finished';
    return COMMIT;
  }

  /** A committed item is written down to its end. */
  stop(): string | null {
    if (this.#phase !== 'open') return null;
    this.#phase = 'given up';
    return CLEAR;
  }

  read(frame: SocketFrame): HeardFrame {
    switch (frame['type']) {
      case 'input_audio_buffer.committed':
        return this.#commit(frame['item_id']);
      case 'input_audio_buffer.cleared':
        return this.#phase === 'given up' ? this.#done() : {};
      case `${TRANSCRIPTION}.delta`:
        return this.#hear(frame['item_id'], frame['delta'] ?? '');
      case `${TRANSCRIPTION}.completed`: {
        if (!this.#isOurs(frame)) return {};
        const { transcript } = frame;
        if (typeof transcript !== 'string') return garbled('a transcript');
        const tokens = transcriptTokensOf(frame['usage']);
        return { ...this.#done(), final: transcript, ...(tokens && { tokens }) };
      }
      case `${TRANSCRIPTION}.failed`:
        return this.#isOurs(frame) ? { ...this.#done(), fault: faultOf(frame) } : {};
      case 'error':
        return { fault: faultOf(frame) };
      default:
        return {};
    }
  }

  /** The end of a turn is always told. */
  settled(): null {
    return null;
  }

  #commit(itemId: unknown): HeardFrame {
    if (typeof itemId !== 'string') return garbled('an item');
    if (this.#phase !== 'finished' || this.#past.has(itemId)) return {};
    this.#phase = 'committed';
    if (this.#itemId !== itemId) this.#text = '';
    this.#itemId = itemId;
    return {};
  }

  #hear(itemId: unknown, delta: unknown): HeardFrame {
    if (typeof itemId !== 'string' || typeof delta !== 'string') return garbled('words');
    if (this.#past.has(itemId)) return {};
    this.#itemId ??= itemId;
    if (this.#itemId !== itemId) return {};
    this.#text += delta;
    return { partial: this.#text.trim() };
  }

  #isOurs(frame: SocketFrame): boolean {
    return this.#phase === 'committed' && frame['item_id'] === this.#itemId;
  }

  #done(): HeardFrame {
    if (this.#itemId !== null) this.#past.add(this.#itemId);
    return { isDone: true };
  }
}

function faultOf(frame: SocketFrame): PipelineError {
  const { param, code, type } = errorOf(frame);
  return frameFault(OPENAI_TRANSCRIPTION, [param, code, type]);
}

function errorOf(frame: SocketFrame): Record<string, unknown> {
  const { error } = frame;
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
}

function garbled(what: string): HeardFrame {
  return { fault: providerFault(OPENAI_TRANSCRIPTION, 'provider_garbled', what) };
}

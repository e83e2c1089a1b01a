import { unknownToStockClient } from '@antiphon/realtime/testing';
import { unknownToBetaClient } from './beta-event-types.ts';
import type { OpenAIHelper } from './openai-helper.ts';
import type { ToldEvent } from './told-events.ts';

type Dialect = 'ga' | 'beta';

/** Names of the server's events for the sound of an answer and for its words. */
export const ANSWER_EVENTS = {
  ga: { audio: 'response.output_audio.delta', words: 'response.output_audio_transcript.done' },
  beta: { audio: 'response.audio.delta', words: 'response.audio_transcript.done' },
} as const;

/** What an app says differently in the two dialects, with a helper of the `openai` package. */
export class OpenAIConversation {
  readonly helper: OpenAIHelper;
  readonly #dialect: Dialect;

  constructor(helper: OpenAIHelper, dialect: Dialect) {
    this.helper = helper;
    this.#dialect = dialect;
  }

  /** Changes the session. */
  update(session: Record<string, unknown>): void {
    const type = this.#dialect === 'ga' ? { type: 'realtime' } : {};
    this.helper.send({ type: 'session.update', session: { ...type, ...session } });
  }

  /** Has turns found by the server, and what the caller said written down. */
  listen(): void {
    const detection = { type: 'server_vad', silence_duration_ms: 400 };
    const transcription = { model: 'whisper-1' };
    this.update(
      this.#dialect === 'ga'
        ? { audio: { input: { turn_detection: detection, transcription } } }
        : { turn_detection: detection, input_audio_transcription: transcription },
    );
  }

  /** A message of the caller, and the wish for an answer. */
  ask(text: string): void {
    const content = [{ type: 'input_text', text }];
    const item = { type: 'message', role: 'user', content };
    this.helper.send({ type: 'conversation.item.create', item });
    this.helper.send({ type: 'response.create' });
  }

  /** What a tool gave back, and the wish for an answer. */
  give(output: string, callId: unknown): void {
    const item = { type: 'function_call_output', call_id: callId, output };
    this.helper.send({ type: 'conversation.item.create', item });
    this.helper.send({ type: 'response.create' });
  }

  /** What of all it was told a stock client of its dialect does not know. */
  get unknown(): string[] {
    const { all } = this.helper.told;
    return this.#dialect === 'ga'
      ? unknownToStockClient(all.map((event) => JSON.stringify(event)))
      : unknownToBetaClient(all);
  }

  /** The end of the words of an answer with these in it. */
  answered(words: string): Promise<ToldEvent> {
    const { told } = this.helper;
    const { words: type } = ANSWER_EVENTS[this.#dialect];
    return told.next((event) => event.type === type && String(event.transcript).includes(words));
  }
}

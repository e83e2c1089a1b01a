import type { WireEvent } from '../wire-shorthand.ts';
import type { WireTrial } from '../wire-trial.ts';

/** Names of the beta dialect and what GA calls the same. */
const GA_NAMES: Readonly<Record<string, string>> = {
  'conversation.item.created': 'conversation.item.added',
  'transcription_session.created': 'session.created',
  'transcription_session.updated': 'session.updated',
  'response.audio.delta': 'response.output_audio.delta',
  'response.audio.done': 'response.output_audio.done',
  'response.audio_transcript.delta': 'response.output_audio_transcript.delta',
  'response.audio_transcript.done': 'response.output_audio_transcript.done',
  'response.text.delta': 'response.output_text.delta',
  'response.text.done': 'response.output_text.done',
};

/** The other events of the beta dialect, which both have. */
const BETA_NAMES = new Set([
  ...Object.keys(GA_NAMES),
  'session.created',
  'session.updated',
  'conversation.item.retrieved',
  'conversation.item.deleted',
  'conversation.item.truncated',
  'conversation.item.input_audio_transcription.delta',
  'conversation.item.input_audio_transcription.completed',
  'conversation.item.input_audio_transcription.failed',
  'input_audio_buffer.committed',
  'input_audio_buffer.cleared',
  'input_audio_buffer.speech_started',
  'input_audio_buffer.speech_stopped',
  'response.created',
  'response.done',
  'response.output_item.added',
  'response.output_item.done',
  'response.content_part.added',
  'response.content_part.done',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'rate_limits.updated',
  'error',
]);

/** The types of these frames that a client of the beta dialect would not understand. */
export function typesNoBetaClientKnows(frames: readonly string[]): string[] {
  return frames
    .map((text) => (JSON.parse(text) as WireEvent).type)
    .filter((type) => !BETA_NAMES.has(type));
}

/** The event under its GA name, for predicates that know those. */
function inGaTerms(event: WireEvent): WireEvent {
  const type = GA_NAMES[event.type];
  return type === undefined ? event : { ...event, type };
}

/** What a client knows from the frames it was sent. */
export class WireView {
  /** Everything told so far, in GA terms. */
  readonly events: WireEvent[] = [];
  /** Items in the order in which they were told. */
  readonly items: string[] = [];
  /** Messages that responses make. */
  readonly agentItems: string[] = [];
  /** Calls told, and of those the ones the client is to run. */
  readonly calls: string[] = [];
  readonly ownCalls: string[] = [];
  readonly answeredCalls = new Set<string>();
  /** The response in progress in the conversation, and those beside it. */
  openResponse: string | null = null;
  readonly openAsides = new Set<string>();
  isConfigured = false;
  errorCount = 0;
  /** Where the session's turn stands, which the wire does not tell. */
  turnState = 'listening';
  #waitingAnswers = 0;
  readonly #sentMs = new Map<string, number>();
  readonly #trial: WireTrial;
  #read = 0;
  #seen = 0;
  #heard = 0;

  constructor(trial: WireTrial) {
    this.#trial = trial;
  }

  /** Reads what was sent since the last call. */
  take(): WireEvent[] {
    const { frames } = this.#trial.socket;
    const fresh: WireEvent[] = [];
    for (; this.#read < frames.length; this.#read++) {
      fresh.push(inGaTerms(JSON.parse(frames[this.#read] ?? '') as WireEvent));
    }
    for (const event of fresh) this.#note(event);
    this.events.push(...fresh);
    this.#watch();
    return fresh;
  }

  /** Whether an answer is being made that the client is told of when the one before it is done. */
  get hasSuccessor(): boolean {
    return this.#waitingAnswers > 0;
  }

  /** How much of the item's audio was written to the client. */
  sentMs(itemId: string): number {
    return this.#sentMs.get(itemId) ?? 0;
  }

  #watch(): void {
    const { channel, sent } = this.#trial;
    for (; this.#seen < channel.events.length; this.#seen++) {
      const event = channel.events[this.#seen];
      if (event?.type === 'state.changed' && event.region === 'turn') this.turnState = event.to;
      if (event?.type === 'generation.started') this.#waitingAnswers += 1;
    }
    for (; this.#heard < sent.length; this.#heard++) {
      const { itemId, offsetMs, pcm, sampleRate } = sent[this.#heard]!;
      this.#sentMs.set(itemId, offsetMs + (pcm.length * 1000) / sampleRate);
    }
  }

  #note(event: WireEvent): void {
    const { type, item, item_id: itemId } = event;
    if (type === 'error') this.errorCount += 1;
    if (type === 'session.updated') this.isConfigured = true;
    this.#noteResponse(event);
    if (type === 'conversation.item.deleted') {
      const index = this.items.indexOf(itemId ?? '');
      if (index >= 0) this.items.splice(index, 1);
    }
    if (type === 'conversation.item.added' && item) {
      this.items.push(item.id);
      if (item.type === 'function_call' && item.call_id) this.calls.push(item.call_id);
      if (item.type === 'function_call_output') this.answeredCalls.add(item.call_id ?? '');
    }
  }

  #noteResponse({ type, response, response_id: responseId, item }: WireEvent): void {
    if (type === 'response.created' && response) {
      if (response.conversation_id === null) this.openAsides.add(response.id);
      else {
        this.openResponse = response.id;
        this.#waitingAnswers -= 1;
      }
    }
    if (type === 'response.done' && response && !this.openAsides.delete(response.id)) {
      this.openResponse = null;
    }
    if (type !== 'response.output_item.added' || this.openAsides.has(responseId ?? '')) return;
    if (item?.type === 'message') this.agentItems.push(item.id);
    else if (item?.call_id) this.ownCalls.push(item.call_id);
  }
}

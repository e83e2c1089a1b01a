import { setImmediate } from 'node:timers/promises';
import type { AudioFrame } from '../ports/audio-frame.ts';
import type { ConversationItem } from '../ports/conversation-item.ts';
import type { AnswerOptions, SessionConfig } from '../ports/session-config.ts';
import type { EngineEvent, EngineSession, TimedWord, VoiceEngine } from '../ports/voice-engine.ts';

/** An engine under test and what it needs. */
export interface VoiceEngineTrial {
  readonly engine: VoiceEngine;
  /** Caller audio of one turn. */
  readonly speech: readonly AudioFrame[];
  /** With this the engine's answer is spoken text. */
  readonly config: SessionConfig;
  /** With this the engine's answer calls a tool, where the engine can. */
  readonly callingConfig?: SessionConfig;
  /** Lets time pass; absent for an engine that runs freely. Called until what is awaited has come. */
  readonly drive?: () => void | Promise<void>;
  /** How many timers, requests and the like are held for all sessions, where that can be told. */
  readonly held?: () => number;
}

type Of<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

/** One session of the engine, with all that it told. */
export class EngineListener {
  readonly trial: VoiceEngineTrial;
  readonly events: EngineEvent[] = [];
  /** For each read of the history, how many events had been told. */
  readonly reads: number[] = [];
  readonly session: EngineSession;
  items: ConversationItem[] = [];
  onEvent: (event: EngineEvent) => void = () => {};
  #turns = 0;

  constructor(trial: VoiceEngineTrial, sessionId = 'session-a') {
    this.trial = trial;
    this.session = trial.engine.open({
      sessionId,
      history: () => {
        this.reads.push(this.events.length);
        return this.items;
      },
      onEvent: (event) => {
        this.events.push(event);
        if (event.type === 'transcript' && event.isFinal) this.#transcribe(event);
        this.onEvent(event);
      },
    });
  }

  of<Type extends EngineEvent['type']>(type: Type, id?: string): Of<Type>[] {
    return this.events.filter(
      (event): event is Of<Type> => event.type === type && (id === undefined || idOf(event) === id),
    );
  }

  finals(itemId?: string): Of<'transcript'>[] {
    return this.of('transcript', itemId).filter((event) => event.isFinal);
  }

  /** Speaks the trial's audio as a turn and leaves it open. */
  speak(): string {
    const itemId = `turn_${this.#turns++}`;
    this.session.beginTurn(itemId);
    for (const frame of this.trial.speech) this.session.hear(frame);
    return itemId;
  }

  /** Commits a turn as a session does: its item is there at once, its text with the transcript. */
  commit(itemId: string): void {
    const spoken = { speaker: 'caller', medium: 'audio', status: 'completed' } as const;
    const item = { kind: 'message', id: itemId, text: null, audioMs: 0, ...spoken } as const;
    this.items = [...this.items, item];
    this.session.commitTurn(itemId);
  }

  answer(generationId: string, options: AnswerOptions = {}, config = this.trial.config): void {
    this.session.generate({ kind: 'answer', generationId, config, options });
  }

  say(generationId: string, text: string, config = this.trial.config): void {
    this.session.generate({ kind: 'say', generationId, config, text });
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await this.trial.drive?.();
      await setImmediate();
    }
  }

  async ended(generationId: string): Promise<Of<'generation.ended'>> {
    await this.until(() => this.of('generation.ended', generationId).length > 0);
    const [ended] = this.of('generation.ended', generationId);
    if (!ended) throw new Error(`${generationId} has not ended`);
    return ended;
  }

  /** Resolves once a turn and an answer begun now in another session have gone all the way. */
  async fence(): Promise<void> {
    const other = new EngineListener(this.trial, 'session-fence');
    const itemId = other.speak();
    other.session.commitTurn(itemId);
    other.answer('fence');
    await other.ended('fence');
    other.session.close();
  }

  /** Everything told of a generation, in order. */
  about(generationId: string): EngineEvent[] {
    return this.events.filter((event) => idOf(event) === generationId);
  }

  text(generationId: string): string {
    return this.of('generation.text', generationId)
      .map((event) => event.delta)
      .join('');
  }

  words(generationId: string): string {
    return this.timedWords(generationId)
      .map((word) => word.text)
      .join(' ');
  }

  timedWords(generationId: string): TimedWord[] {
    return this.of('generation.words', generationId).flatMap((event) => event.words);
  }

  /** All samples of a generation as bytes, however they were cut. */
  samples(generationId: string): Buffer {
    const chunks = this.of('generation.audio', generationId).map(({ pcm }) =>
      Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength),
    );
    return Buffer.concat(chunks);
  }

  #transcribe({ itemId, text }: Of<'transcript'>): void {
    this.items = this.items.map((item) =>
      item.id === itemId && item.kind === 'message' ? { ...item, text } : item,
    );
  }
}

/** The turn or the generation that an event is about. */
export function idOf(event: EngineEvent): string {
  return event.type === 'transcript' ? event.itemId : event.generationId;
}

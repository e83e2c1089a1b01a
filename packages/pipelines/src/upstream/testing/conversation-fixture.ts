import { setImmediate } from 'node:timers/promises';
import type {
  AudioFrame,
  ConversationItem,
  EngineEvent,
  MessageItem,
  SessionConfig,
  VoiceEngine,
} from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { CascadeCaller, FIXTURE_CONFIG } from '../../cascade/cascade-fixture.ts';
import type { PipelineError } from '../../pipeline-error.ts';
import { FakeWordAligner } from '../../testing/index.ts';
import type { AnswerCost } from '../token-costs.ts';

type Ended = Extract<EngineEvent, { type: 'generation.ended' }>;

/** The fixture's configuration without tools. */
export const PLAIN_CONFIG: SessionConfig = { ...FIXTURE_CONFIG, tools: [] };

/** 20 ms of caller audio at a rate. */
export function callerFrame(sampleRate: AudioFrame['sampleRate'] = 8000): AudioFrame {
  return { pcm: new Int16Array(sampleRate / 50).fill(500), sampleRate, atMs: 0 };
}

/** As often as there is a ping. */
const PASS_MS = 20_000;

/** A session of an engine on a driven clock, and the conversation that comes of what it tells. */
export class ConversationFixture {
  readonly clock: DrivenClock;
  readonly faults: PipelineError[] = [];
  readonly costs: AnswerCost[] = [];
  readonly aligner = new FakeWordAligner();
  readonly engine: VoiceEngine;
  readonly caller: CascadeCaller;

  constructor(engine: (fixture: ConversationFixture) => VoiceEngine) {
    this.clock = new DrivenClock();
    this.engine = engine(this);
    this.caller = new CascadeCaller(this.engine, 'session-a');
    this.caller.onEvent = (event) => this.#keepConversation(event);
  }

  /** Waits until something holds, letting time pass by `stepMs` for each turn of the loop. */
  async until(holds: () => boolean, stepMs = 0): Promise<void> {
    while (!holds()) {
      if (stepMs > 0) this.clock.advance(stepMs);
      await setImmediate();
    }
  }

  /** Lets a long time pass in which nothing is said; pings are answered meanwhile. */
  async pass(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += PASS_MS) {
      this.clock.advance(Math.min(PASS_MS, ms - passedMs));
      for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    }
  }

  /** A whole turn of the caller that becomes an item, as a session does it. */
  turn(itemId: string, frames = 10, frame = callerFrame()): void {
    const { session } = this.caller;
    session.beginTurn(itemId);
    for (let count = 0; count < frames; count += 1) session.hear(frame);
    this.add(message(itemId, 'caller', null));
    session.commitTurn(itemId);
  }

  /** Adds an item to the conversation. */
  add(item: ConversationItem): void {
    this.caller.items = [...this.caller.items, item];
  }

  /** Changes a message of the conversation. */
  change(itemId: string, change: Partial<MessageItem>): void {
    this.caller.items = this.caller.items.map((item) =>
      item.id === itemId && item.kind === 'message' ? { ...item, ...change } : item,
    );
  }

  answer(generationId: string, config = PLAIN_CONFIG): void {
    this.caller.answer(generationId, {}, config);
  }

  /** How a generation ended. */
  async ended(generationId: string, stepMs = 10): Promise<Ended> {
    const find = () =>
      this.caller.of('generation.ended').find((event) => event.generationId === generationId);
    await this.until(() => find() !== undefined, stepMs);
    const end = find()!;
    // The session would take the item for heard once it is played.
    if (end.outcome === 'completed') this.change(itemOf(generationId), { status: 'completed' });
    return end;
  }

  /** Items come of what the engine tells, as in a session. */
  #keepConversation(event: EngineEvent): void {
    if (event.type === 'transcript' && event.isFinal)
      this.change(event.itemId, { text: event.text });
    if (event.type === 'generation.text') {
      const id = itemOf(event.generationId);
      const known = this.caller.items.find((item) => item.id === id);
      if (!known) this.add({ ...message(id, 'agent', ''), status: 'inProgress' });
      const text = known?.kind === 'message' ? (known.text ?? '') : '';
      this.change(id, { text: text + event.delta });
    }
    if (event.type === 'generation.toolCall') {
      const { callId, name, arguments: text } = event;
      this.add({
        kind: 'toolCall',
        id: callId,
        status: 'completed',
        callId,
        name,
        arguments: text,
      });
    }
  }
}

/** The item that a generation makes. */
export function itemOf(generationId: string): string {
  return `item_${generationId}`;
}

/** A message of the conversation. */
export function message(
  id: string,
  speaker: MessageItem['speaker'],
  text: string | null,
): MessageItem {
  return { kind: 'message', id, speaker, medium: 'audio', status: 'completed', text, audioMs: 0 };
}

import { pcm16ToUlaw, ulawToPcm16 } from '@antiphon/audio';
import type {
  AgentDefinition,
  Clock,
  Session,
  TurnDetectors,
  VoiceEngine,
} from '@antiphon/session';
import { startSession } from '@antiphon/session';
import { FakeTools, ListeningChannel, MemoryLeg } from '@antiphon/session/testing';
import { LINE_RATE } from './selectivity/sounds.ts';

const FRAME_MS = 20;
const FRAME_SAMPLES = (FRAME_MS * LINE_RATE) / 1000;

/** The line is open for a moment before the caller speaks, and before it answers the question. */
const OPENING_MS = 300;

/** Silence after the number: longer than any window that ends a turn, and than a cover is due. */
const SILENCE_MS = 4_000;

/** What a call needs. */
export interface PausedNumberCallOptions {
  readonly name: string;
  readonly agent: AgentDefinition;
  readonly clock: Clock;
  readonly engine: VoiceEngine;
  readonly detectors: TurnDetectors;
  /** What the caller says first, to which the agent asks for the number; at 8 kHz. */
  readonly wish: Float64Array;
  /** What the caller says to that. */
  readonly number: Float64Array;
}

/**
 * One call over G.711: a wish, the agent's question, a number, silence. Whoever runs it moves the
 * clock by 20 ms after each step.
 */
export class PausedNumberCall {
  readonly #options: PausedNumberCallOptions;
  readonly #leg: MemoryLeg;
  readonly #channel = new ListeningChannel();
  readonly #tools = new FakeTools();
  readonly #session: Session;
  readonly #startAtMs: number;
  #elapsedMs = 0;
  #sound: Float64Array = new Float64Array(0);
  #soundAt = 0;
  #numberFromMs: number | null = null;

  constructor(options: PausedNumberCallOptions) {
    this.#options = options;
    const { name, agent, clock, engine, detectors } = options;
    this.#startAtMs = clock.now();
    this.#leg = new MemoryLeg(clock);
    this.#session = startSession({
      sessionId: name,
      // The caller speaks first.
      agent: { ...agent, config: { ...agent.config, greeting: null } },
      leg: this.#leg,
      channels: [this.#channel],
      engine,
      detectors,
      tools: this.#tools,
      clock,
    });
  }

  get isOver(): boolean {
    return this.#numberFromMs !== null && this.#elapsedMs >= this.#numberEndMs + SILENCE_MS;
  }

  /** Sends the next frame of the line. */
  step(): void {
    if (this.#elapsedMs === OPENING_MS) this.#say(this.#options.wish);
    const isAsked = this.#channel.of('playout.drained').length > 0;
    if (isAsked && this.#numberFromMs === null) {
      this.#numberFromMs = this.#elapsedMs;
      this.#say(this.#options.number);
    }
    const pcm = Int16Array.from({ length: FRAME_SAMPLES }, () =>
      Math.round(this.#sound[this.#soundAt++] ?? 0),
    );
    this.#leg.speak(ulawToPcm16(pcm16ToUlaw(pcm)));
    this.#elapsedMs += FRAME_MS;
  }

  end(): void {
    this.#session.control.end('clientEnded');
  }

  /** The caller's turns, as the conversation has them. */
  get heard(): (string | null)[] {
    return this.#session.control
      .items()
      .flatMap((item) => (item.kind === 'message' && item.speaker === 'caller' ? [item.text] : []));
  }

  /** The arguments of the orders that were looked up. */
  get askedOrders(): string[] {
    return this.#tools.running.map(({ call }) => call.arguments);
  }

  /** Answers that somebody could hear and that were cancelled. */
  get cutAnswers(): number {
    return this.#channel.of('generation.ended').filter(({ outcome }) => outcome === 'cancelled')
      .length;
  }

  /** Agent audio that was written while the caller told the number. */
  get agentAudioMsWithinNumber(): number {
    return this.#sentMs(
      (sinceStartMs) => sinceStartMs >= this.#numberFromMs! && sinceStartMs < this.#numberEndMs,
    );
  }

  get agentAudioMsAfterNumber(): number {
    return this.#sentMs((sinceStartMs) => sinceStartMs >= this.#numberEndMs);
  }

  get violations(): string[] {
    return this.#channel.of('invariant.violated').map(({ name, detail }) => `${name} ${detail}`);
  }

  get #numberEndMs(): number {
    const lengthMs = (this.#options.number.length * 1000) / LINE_RATE;
    return (this.#numberFromMs ?? Infinity) + lengthMs;
  }

  #say(sound: Float64Array): void {
    this.#sound = sound;
    this.#soundAt = 0;
  }

  #sentMs(isWithin: (sinceStartMs: number) => boolean): number {
    return this.#leg.sent
      .filter(({ atMs }) => isWithin(atMs - this.#startAtMs))
      .reduce((sum, { pcm, sampleRate }) => sum + (pcm.length * 1000) / sampleRate, 0);
  }
}

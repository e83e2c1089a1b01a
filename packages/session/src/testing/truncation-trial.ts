import type { SampleRate } from '@antiphon/audio';
import { DEFAULT_TOOL_PHRASES } from '../ports/session-config.ts';
import type { ToolPhrases } from '../ports/session-config.ts';
import type { GenerationKind, SessionEvent } from '../ports/session-event.ts';
import { CallerEar } from './caller-ear.ts';
import {
  knownAudio,
  KNOWN_LINES,
  knownSpeech,
  seededRandom,
  wordsPlayed,
  type KnownSpeech,
} from './known-speech.ts';
import { FakeFollowUps } from './fake-follow-ups.ts';
import { MemoryRecorder } from './memory-recorder.ts';
import { TEST_CONFIG, TestSession } from './test-session.ts';
import { CANCEL_ORDER, TRACE_PACKAGE } from './tool-session.ts';

const HOLD = { bargeIn: 'hold', maxLeadMs: 400 } as const;

/**
 * Legs by how a barge-in goes on them and who knows what was heard. Marks come every 20 ms of what
 * is played; late ones from a device that plays later and says nothing when it is stopped.
 */
export const TRUNCATION_LEGS = {
  'hold, own clock': { ...HOLD, playedPosition: 'estimate', outputRate: 8000 },
  'hold, marks': { ...HOLD, playedPosition: 'marks', outputRate: 24_000 },
  'hold, late marks': { ...HOLD, playedPosition: 'marks', outputRate: 8000 },
  'cancel, client': {
    bargeIn: 'cancel',
    playedPosition: 'client',
    maxLeadMs: 10_000,
    outputRate: 24_000,
  },
} as const;

/**
 * How the agent is stopped: by one barge-in; by one after a false alarm, or on a leg whose client
 * tells the position by one that it tells twice; by one in this item and one in the next answer; or
 * by the caller who hangs up.
 */
export type TruncationStyle = 'once' | 'twice' | 'again' | 'hangUp';

export type TruncationLeg = keyof typeof TRUNCATION_LEGS;

/** One interruption to be tried. */
export interface TruncationCase {
  readonly seed: number;
  readonly leg: TruncationLeg;
  readonly kind: GenerationKind;
  readonly style: TruncationStyle;
  /** Whether the engine tells word times. */
  readonly isTimed: boolean;
}

/** What became of one item that was interrupted. */
export interface TruncationResult {
  /** Position that the caller's ear reached, and the last one that the session can know of. */
  readonly playedMs: number;
  readonly knownMs: number;
  /** Audio before that position that was never played. */
  readonly lostMs: number;
  /** Words that were played to the end by the latter, and how much had been written. */
  readonly expected: string;
  readonly written: string;
  /** The same by the session's item, the engine's next call, the event and the recording. */
  readonly inHistory: string | null;
  /** Undefined where no engine call followed. */
  readonly forEngine: string | null | undefined;
  readonly told: { readonly heard: string; readonly unheard: string } | undefined;
  readonly recordedMs: number;
}

/** A client's answer to the onset of speech comes after this long. */
const ROUND_TRIP_MS = { least: 20, most: 400 };

/** What a distant device plays so late. */
const DEVICE_DELAY_MS = { least: 0, most: 80 };

/** The voice's rates: as on the leg, or to be resampled. */
const VOICE_RATES = [8000, 16_000, 24_000] as const;

/** What follows a deadline. */
const OFFERS: ReadonlySet<GenerationKind> = new Set([
  'offer',
  'addressCheck',
  'addressAsk',
  'staying',
]);

const toolPhrasesOf = (line: string): ToolPhrases => ({
  ...DEFAULT_TOOL_PHRASES,
  progress: [line],
  offer: line,
  addressCheck: line,
  addressAsk: line,
  staying: line,
});

/** Plays one case on a driven clock; the results are those of its interrupted items, oldest first. */
export function tryTruncation(trial: TruncationCase): TruncationResult[] {
  return new TruncationTrial(trial).run();
}

class TruncationTrial {
  readonly #case: TruncationCase;
  readonly #random: () => number;
  readonly #test: TestSession;
  readonly #ear: CallerEar;
  readonly #recorder = new MemoryRecorder();
  readonly #speeches = new Map<string, KnownSpeech>();
  readonly #marks = new Map<string, number>();
  readonly #line: string;
  readonly #voiceRate: SampleRate;
  /** The caller has hung up, and the device with it. */
  #isGone = false;

  constructor(trial: TruncationCase) {
    this.#case = trial;
    this.#random = seededRandom(trial.seed);
    this.#line = this.#pick(KNOWN_LINES);
    this.#voiceRate = this.#pick(VOICE_RATES);
    this.#test = new TestSession(
      TRUNCATION_LEGS[trial.leg],
      {
        greeting: this.#line,
        covers: [this.#line],
        apology: this.#line,
        farewell: this.#line,
        toolPhrases: toolPhrasesOf(this.#line),
        tools: [
          ...TEST_CONFIG.tools.map((tool) => ({ ...tool, timeoutMs: 60_000 })),
          { ...CANCEL_ORDER, readBack: `[${this.#line}]` },
          { ...TRACE_PACKAGE, coverAfterMs: 50_000, deadlineMs: 1_000 },
        ],
      },
      {
        recorder: this.#recorder,
        followUps: new FakeFollowUps(),
        contactEmail: trial.kind === 'addressAsk' ? null : 'jo@example.com',
        hearsSpelling: trial.kind === 'addressAsk',
      },
    );
    const { clock, leg } = this.#test;
    this.#ear = new CallerEar(clock, {
      delayMs: this.#isDistant ? this.#between(DEVICE_DELAY_MS) : 0,
      marksOnStop: trial.leg === 'hold, marks',
      onMark: (itemId, playedMs) => {
        if (leg.capabilities.playedPosition !== 'marks' || this.#isGone) return;
        this.#marks.set(itemId, playedMs);
        leg.facts$.next({ type: 'leg.played', itemId, playedMs });
      },
    });
    leg.ear = this.#ear;
  }

  run(): TruncationResult[] {
    this.#begin();
    const itemIds = [this.#interrupt()];
    if (this.#case.style === 'again') {
      this.#finishTurn();
      this.#speak();
      itemIds.push(this.#interrupt());
    }
    let seenByEngine: ReadonlyMap<string, string | null> | null = null;
    if (this.#case.style !== 'hangUp') {
      const { session } = this.#test.engine;
      this.#finishTurn();
      seenByEngine = new Map(
        session.context
          .history()
          .flatMap((item) => (item.kind === 'message' ? [[item.id, item.text]] : [])),
      );
    }
    const results = itemIds.map((itemId) => this.#resultOf(itemId, seenByEngine));
    this.#test.leg.hangUp();
    return results;
  }

  /** Lets the agent begin to speak. */
  #begin(): void {
    const test = this.#test;
    test.hear(400);
    if (this.#case.kind === 'greeting') {
      test.session.control.greet();
    } else {
      test.callerTurn();
      const { session } = test.engine;
      if (this.#case.kind === 'apology') session.end('failed');
      if (this.#case.kind === 'cover') {
        session.call('lookup_order', '{}');
        session.end();
        test.clock.advance(600);
      }
      if (this.#case.kind === 'farewell') {
        session.call('transfer_to_human', '{}');
        session.end();
      }
      this.#beginByTools();
    }
    this.#speak();
  }

  /** Waits, and what the session asks around its tools. */
  #beginByTools(): void {
    const { kind } = this.#case;
    const { session } = this.#test.engine;
    if (kind === 'readBack') {
      session.call('cancel_order', '{}');
      session.end();
    } else if (kind === 'progress') {
      session.call('lookup_order', '{}');
      session.end();
      this.#sayShortly(500);
      this.#test.clock.advance(3_000);
    } else if (OFFERS.has(kind)) {
      session.call('trace_package', '{}');
      session.end();
      this.#test.clock.advance(1_000);
      if (kind === 'offer') return;
      this.#sayShortly(0);
      session.transcript = kind === 'staying' ? 'no thank you' : 'yes please';
      this.#test.callerTurn();
      session.transcript = 'heard';
    }
  }

  /** What goes before the speech in question is spoken and heard. */
  #sayShortly(afterMs: number): void {
    this.#test.clock.advance(afterMs);
    this.#test.engine.session.speak('Well.');
    this.#test.engine.session.end();
    this.#test.hear(600);
  }

  /** Says the line: at once, at once but with more to come, or word by word ahead of the ear. */
  #speak(): void {
    const { request } = this.#test.engine.session;
    const text = request.kind === 'say' ? request.text : this.#line;
    const asked = this.#test.channel.of('generation.started').at(-1)?.kind;
    if (asked !== this.#case.kind && this.#speeches.size === 0) {
      throw new Error(`It is a ${asked} that is spoken, no ${this.#case.kind}.`);
    }
    const speech = knownSpeech(text, this.#random);
    const delivery = this.#pick(['whole', 'open', 'streamed'] as const);
    if (delivery === 'streamed') this.#stream(speech, 0);
    else this.#say(speech, 0, speech.words.length);
    if (delivery === 'whole') this.#test.engine.session.end();
    this.#speeches.set(this.#test.agentItemId, speech);
  }

  /** Hands over some words: their text, their times, and their audio with the pause behind them. */
  #say(speech: KnownSpeech, from: number, until: number): void {
    const { session } = this.#test.engine;
    const { generationId } = session.request;
    const words = speech.words.slice(from, until);
    const delta = `${from > 0 ? ' ' : ''}${words.map((word) => word.text).join(' ')}`;
    session.emit({ type: 'generation.text', generationId, delta });
    if (this.#case.isTimed) session.emit({ type: 'generation.words', generationId, words });
    const untilMs = speech.words[until]?.startMs ?? speech.lengthMs;
    const pcm = knownAudio(words[0]!.startMs, untilMs, this.#voiceRate);
    session.emit({ type: 'generation.audio', generationId, pcm, sampleRate: this.#voiceRate });
  }

  /** One word a while, each before the audio of the last one has run out. */
  #stream(speech: KnownSpeech, word: number): void {
    const { engine, clock, leg } = this.#test;
    const { generationId } = engine.session.request;
    this.#say(speech, word, word + 1);
    const next = speech.words[word + 1];
    if (!next) {
      engine.session.end();
      return;
    }
    const aheadMs = (next.startMs - speech.words[word]!.startMs) * 0.9;
    clock.setTimeout(() => {
      const isOver = engine.session.cancelled.includes(generationId) || leg.closedWith !== null;
      if (!isOver) this.#stream(speech, word + 1);
    }, aheadMs);
  }

  /** Stops the agent at a chosen position; the item it was speaking. */
  #interrupt(): string {
    const test = this.#test;
    const itemId = test.agentItemId;
    const speech = this.#speeches.get(itemId)!;
    const targetMs = this.#position(speech);
    if (this.#case.style === 'twice' && !this.#isClient) {
      this.#playUntil(itemId, Math.floor(targetMs * this.#random()));
      test.detectors.detector.start();
      test.hear(200);
      test.detectors.detector.stop();
    }
    this.#playUntil(itemId, targetMs);
    if (this.#case.style === 'hangUp') {
      this.#isGone = true;
      test.leg.hangUp();
      return itemId;
    }
    test.detectors.detector.start();
    if (this.#isClient) this.#report(itemId);
    test.hear(500);
    return itemId;
  }

  /** The client has stopped by itself and tells, once or twice, how far it had come. */
  #report(itemId: string): void {
    const test = this.#test;
    this.#ear.stop();
    const playedMs = this.#ear.playedMs(itemId);
    test.clock.advance(this.#between(ROUND_TRIP_MS));
    const { control } = test.session;
    if (this.#case.style === 'twice') {
      control.truncateItem(itemId, Math.floor(playedMs * 2 * this.#random()));
    }
    control.truncateItem(itemId, Math.floor(playedMs));
  }

  #playUntil(itemId: string, targetMs: number): void {
    for (let step = 0; step < 1_000; step++) {
      const leftMs = targetMs - this.#ear.playedMs(itemId);
      if (leftMs <= 0) return;
      this.#test.leg.speak(new Int16Array(160));
      this.#test.clock.advance(Math.max(1, Math.min(20, leftMs)));
    }
  }

  /** The caller falls silent, and the turn is answered. */
  #finishTurn(): void {
    this.#test.hear(600);
    this.#test.detectors.detector.stop();
  }

  /**
   * Anywhere in the speech, often just at the end of a token.
   */
  #position({ tokens, lengthMs }: KnownSpeech): number {
    const isEdge = this.#random() < 0.4;
    const edgeMs = this.#pick(tokens).endMs + this.#pick([-20, -1, 0, 1, 2, 20]);
    const chosenMs = isEdge ? edgeMs : this.#between({ least: 30, most: lengthMs - 30 });
    return Math.max(30, Math.min(chosenMs, lengthMs - 30));
  }

  #resultOf(
    itemId: string,
    seenByEngine: ReadonlyMap<string, string | null> | null,
  ): TruncationResult {
    const { session, channel } = this.#test;
    const item = session.control.item(itemId);
    const playedMs = this.#ear.playedMs(itemId);
    const byMarks = this.#test.leg.capabilities.playedPosition === 'marks';
    const knownMs = byMarks ? (this.#marks.get(itemId) ?? 0) : playedMs;
    const written = channel
      .of('generation.text')
      .filter((event) => event.itemId === itemId)
      .map((event) => event.delta)
      .join('');
    const told = channel.events.findLast(
      (event): event is Extract<SessionEvent, { type: 'item.truncated' }> =>
        event.type === 'item.truncated' && event.itemId === itemId,
    );
    return {
      playedMs,
      knownMs,
      lostMs: playedMs - this.#ear.heardMs(itemId),
      expected: wordsPlayed(this.#speeches.get(itemId)!, knownMs),
      written,
      inHistory: item?.kind === 'message' ? item.text : null,
      forEngine: seenByEngine ? (seenByEngine.get(itemId) ?? null) : undefined,
      told: told && { heard: told.heard, unheard: told.unheard },
      recordedMs: this.#recorder.recordings[0]!.heardMs(itemId),
    };
  }

  get #isClient(): boolean {
    return this.#case.leg === 'cancel, client';
  }

  /** Nobody can tell how late a device plays that is gone. */
  get #isDistant(): boolean {
    return (
      this.#case.leg === 'hold, late marks' || (this.#isClient && this.#case.style !== 'hangUp')
    );
  }

  #between({ least, most }: { readonly least: number; readonly most: number }): number {
    return Math.round(least + this.#random() * (most - least));
  }

  #pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)]!;
  }
}

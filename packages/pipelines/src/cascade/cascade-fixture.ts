import { setImmediate } from 'node:timers/promises';
import type { AudioEncoding } from '@antiphon/audio';
import { DEFAULT_TOOL_PHRASES, PLAIN_TOOL } from '@antiphon/session';
import type {
  AnswerOptions,
  AudioFrame,
  ConversationItem,
  EngineEvent,
  EngineSession,
  ProviderTookOver,
  ProviderUsage,
  SessionConfig,
  VoiceEngine,
} from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import type { PipelineError } from '../pipeline-error.ts';
import {
  FakeLanguageModel,
  fakeText,
  FakeSpeechToText,
  FakeTextToSpeech,
} from '../testing/index.ts';
import type { FakeAnswers, FakeTurn, FakeVoiceOptions } from '../testing/index.ts';
import { CascadeEngine } from './cascade-engine.ts';
import type { CascadeEngineOptions } from './cascade-engine.ts';
import type { CascadeTimeouts } from './cascade-timeouts.ts';
import type { SpeculationOutcome } from './speculation.ts';

type Of<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

/** A configuration with one tool and nothing else of note. */
export const FIXTURE_CONFIG: SessionConfig = {
  instructions: 'Be brief.',
  voice: 'fake-voice',
  speed: 1,
  modality: 'audio',
  tools: [
    {
      ...PLAIN_TOOL,
      name: 'lookup_order',
      description: 'Finds an order.',
      parameters: { type: 'object' },
      runs: 'server',
    },
  ],
  toolChoice: 'auto',
  maxOutputTokens: null,
  temperature: null,
  turnDetection: null,
  greeting: null,
  covers: [],
  toolPhrases: DEFAULT_TOOL_PHRASES,
  keypad: 'open',
  listeningNoises: [],
  listeningAfterMs: 6_000,
  apology: 'Sorry.',
  farewell: 'Goodbye.',
};

/** 20 ms of caller audio. */
export const FIXTURE_FRAME: AudioFrame = {
  pcm: new Int16Array(160).fill(500),
  sampleRate: 8000,
  atMs: 0,
};

/** What a test may script. */
export interface FixtureOptions {
  readonly answers?: FakeAnswers;
  readonly turns?: readonly FakeTurn[];
  readonly voice?: FakeVoiceOptions;
  readonly timeouts?: Partial<CascadeTimeouts>;
  readonly maxUnclear?: number;
  readonly defaultVoice?: string;
  readonly speculates?: boolean;
  readonly guard?: CascadeEngineOptions['guard'];
}

/** An engine over fakes on a driven clock. */
export class CascadeFixture {
  readonly clock = new DrivenClock();
  readonly stt: FakeSpeechToText;
  readonly lm: FakeLanguageModel;
  readonly tts: FakeTextToSpeech;
  readonly engine: VoiceEngine;
  readonly faults: PipelineError[] = [];
  readonly speculation: SpeculationOutcome[] = [];
  readonly caller: CascadeCaller;

  constructor({ answers, turns, voice, ...rest }: FixtureOptions = {}) {
    this.stt = new FakeSpeechToText(this.clock, turns);
    this.lm = new FakeLanguageModel(this.clock, answers ?? [fakeText('It has shipped.')]);
    this.tts = new FakeTextToSpeech(this.clock, voice);
    this.engine = new CascadeEngine({
      name: 'fakes',
      speechToText: this.stt,
      languageModel: this.lm,
      textToSpeech: this.tts,
      clock: this.clock,
      onFault: (_sessionId, fault) => this.faults.push(fault),
      onSpeculation: (_sessionId, outcome) => this.speculation.push(outcome),
      ...rest,
    });
    this.caller = this.open('session-a');
  }

  open(sessionId: string): CascadeCaller {
    return new CascadeCaller(this.engine, sessionId);
  }

  /** Timers, model answers and providers' work that have not ended. */
  get held(): number {
    const { recognitions } = this.stt;
    const turns = recognitions.filter((turn) => !turn.isFinished && !turn.isCancelled);
    const texts = this.tts.syntheses.filter((text) => !text.isOver && !text.isCancelled);
    return this.clock.pending + this.lm.active + turns.length + texts.length;
  }

  /** Moves time on in steps of 10 ms, letting all that is due happen. */
  async pass(ms: number): Promise<void> {
    await settle();
    for (let passed = 0; passed < ms; passed += 10) {
      this.clock.advance(10);
      await settle();
    }
  }
}

/** One session of the engine and all that it told. */
export class CascadeCaller {
  readonly events: EngineEvent[] = [];
  readonly tookOver: ProviderTookOver[] = [];
  /** What its providers were told to have used. */
  readonly used: ProviderUsage[] = [];
  readonly session: EngineSession;
  items: ConversationItem[] = [];
  /** How the caller's audio comes. */
  encoding: AudioEncoding | undefined;
  onEvent: (event: EngineEvent) => void = () => {};
  /** What the session would tell of the caller's words. */
  tellable: (text: string) => string | null = (text) => text;

  constructor(engine: VoiceEngine, sessionId: string) {
    this.session = engine.open({
      sessionId,
      history: () => this.items,
      callerEncoding: () => this.encoding,
      tellable: (text) => this.tellable(text),
      onEvent: (event) => {
        this.events.push(event);
        this.onEvent(event);
      },
      onTookOver: (tookOver) => this.tookOver.push(tookOver),
      onUsed: (used) => this.used.push(used),
    });
  }

  turn(itemId: string): void {
    this.session.beginTurn(itemId);
    this.session.hear(FIXTURE_FRAME);
    this.session.commitTurn(itemId);
  }

  answer(generationId: string, options: AnswerOptions = {}, config = FIXTURE_CONFIG): void {
    this.session.generate({ kind: 'answer', generationId, config, options });
  }

  say(generationId: string, text: string): void {
    this.session.generate({ kind: 'say', generationId, config: FIXTURE_CONFIG, text });
  }

  of<Type extends EngineEvent['type']>(type: Type): Of<Type>[] {
    return this.events.filter((event): event is Of<Type> => event.type === type);
  }

  get text(): string {
    return this.of('generation.text')
      .map((event) => event.delta)
      .join('');
  }

  get words(): string {
    return this.of('generation.words')
      .flatMap((event) => event.words.map((word) => word.text))
      .join(' ');
  }

  get audioMs(): number {
    return this.of('generation.audio').reduce(
      (sum, event) => sum + (event.pcm.length * 1000) / event.sampleRate,
      0,
    );
  }
}

/** Lets every promise that is ready run. */
export async function settle(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

import type { EngineSession, ProviderUsage, Usage } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  FakeLanguageModel,
  FakeSpeechToText,
  FakeTextToSpeech,
  FakeWordAligner,
} from '../../testing/index.ts';
import type { FakeStep, FakeTurn, FakeVoiceOptions } from '../../testing/index.ts';
import { AlignedTextToSpeech } from '../aligned-text-to-speech.ts';
import { CascadeEngine } from '../cascade-engine.ts';
import { FIXTURE_CONFIG, FIXTURE_FRAME, settle } from '../cascade-fixture.ts';
import { FallbackLanguageModel } from '../fallback/fallback-language-model.ts';
import { FallbackSpeechToText } from '../fallback/fallback-speech-to-text.ts';
import { FallbackTextToSpeech } from '../fallback/fallback-text-to-speech.ts';
import { SpelledOutTextToSpeech } from '../spelled-out-text-to-speech.ts';
import { CountedLanguageModel } from './counted-language-model.ts';
import { CountedSpeechToText } from './counted-speech-to-text.ts';
import { CountedTextToSpeech } from './counted-text-to-speech.ts';

const USAGE: Usage = {
  inputTextTokens: 1_000,
  inputAudioTokens: 0,
  outputTextTokens: 100,
  outputAudioTokens: 0,
};

const END: FakeStep = { type: 'end', finish: 'stop', usage: USAGE, cachedTextTokens: 600 };
const SAYS: readonly FakeStep[] = [{ type: 'text', delta: 'It has shipped.' }, END];

interface Trial {
  readonly answer?: readonly FakeStep[];
  readonly turn?: FakeTurn;
  readonly voice?: FakeVoiceOptions;
  readonly isPriced?: boolean;
}

const open: EngineSession[] = [];

afterEach(() => {
  for (const session of open.splice(0)) session.close();
});

/** A cascade of counted providers, each with one that stands in for it and is counted as well. */
function start({ answer = SAYS, turn = { text: 'where is it' }, ...rest }: Trial = {}) {
  const { voice = {}, isPriced = true } = rest;
  const clock = new DrivenClock();
  const shared = { clock, budgetMs: 500 };
  const priced = <Prices>(prices: Prices) => (isPriced ? { prices } : {});
  const ears: FakeSpeechToText[] = [];
  const hears = (provider: string, told: FakeTurn) => {
    const ear = new FakeSpeechToText(clock, [told]);
    ears.push(ear);
    const prices = priced({ minute: 0.6, audioInput: 10, textOutput: 20 });
    const as = { provider, model: null, ...prices };
    return new CountedSpeechToText(ear, as, clock);
  };
  const writes = (provider: string, steps: readonly FakeStep[]) => {
    const as = {
      provider,
      model: 'gpt',
      ...priced({ textInput: 10, cachedTextInput: 1, textOutput: 50 }),
    };
    return new CountedLanguageModel(new FakeLanguageModel(clock, [steps]), as, clock);
  };
  const speaks = (provider: string, options: FakeVoiceOptions) => {
    const fake = new FakeTextToSpeech(clock, options);
    const as = { provider, model: 'tts', ...priced({ characters: 20 }) };
    const spelled = new SpelledOutTextToSpeech(new CountedTextToSpeech(fake, as), { clock });
    return new AlignedTextToSpeech(spelled, { aligner: new FakeWordAligner(), clock });
  };
  const engine = new CascadeEngine({
    name: 'fakes',
    clock,
    speculates: false,
    speechToText: new FallbackSpeechToText({
      ...shared,
      providers: [hears('first', turn), hears('second', { text: 'where is it' })],
    }),
    languageModel: new FallbackLanguageModel({
      ...shared,
      providers: [writes('first', answer), writes('second', SAYS)],
    }),
    textToSpeech: new FallbackTextToSpeech({
      ...shared,
      providers: [speaks('first', voice), speaks('second', {})],
    }),
  });
  const used: ProviderUsage[] = [];
  const ends: string[] = [];
  const session = engine.open({
    sessionId: 'session-a',
    history: () => [],
    onEvent: (event) => {
      if (event.type === 'generation.ended') ends.push(event.outcome);
    },
    onUsed: (one) => used.push(one),
  });
  open.push(session);
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10);
      await settle();
    }
  };
  return {
    session,
    ears,
    used,
    pass,
    of: (operation: ProviderUsage['operation']) =>
      used.filter((one) => one.operation === operation),
    hears: (frames = 50) => {
      session.beginTurn('item_1');
      for (let frame = 0; frame < frames; frame += 1) session.hear(FIXTURE_FRAME);
    },
    ask: () =>
      session.generate({
        kind: 'answer',
        generationId: 'gen_1',
        config: FIXTURE_CONFIG,
        options: {},
      }),
    ended: async () => {
      for (let steps = 0; steps < 50 && ends.length === 0; steps += 1) await pass(100);
      return ends;
    },
  };
}

describe('what the providers of a cascade used', () => {
  it('is told as they count it, with what it costs', async () => {
    const trial = start();
    trial.hears();
    trial.session.commitTurn('item_1');
    trial.ask();
    expect(await trial.ended()).toEqual(['completed']);
    expect(trial.used).toHaveLength(3);
    const [heard] = trial.of('speech_to_text');
    expect(heard).toMatchObject({ provider: 'first', model: null, audioMs: 1_000, characters: 0 });
    expect(heard?.dollars).toBeCloseTo(0.01, 9);
    const [written] = trial.of('chat');
    expect(written).toMatchObject({ provider: 'first', model: 'gpt', ...USAGE, audioMs: 0 });
    expect(written?.cachedTextTokens).toBe(600);
    expect(written?.dollars).toBeCloseTo((400 * 10 + 600 * 1 + 100 * 50) / 1e6, 9);
    const [spoken] = trial.of('text_to_speech');
    expect(spoken).toMatchObject({ model: 'tts', characters: 'It has shipped.'.length });
    expect(spoken?.dollars).toBeCloseTo((15 * 20) / 1e6, 9);
  });

  it('costs nothing that is known without prices', async () => {
    const trial = start({ isPriced: false });
    trial.hears();
    trial.session.commitTurn('item_1');
    trial.ask();
    await trial.ended();
    expect(trial.used.map(({ dollars }) => dollars)).toEqual([null, null, null]);
  });

  it('is told of those that took over, and of those that failed that they did', async () => {
    const error = new Error('down');
    const trial = start({
      turn: { error },
      answer: [{ type: 'throw', error }],
      voice: { failsOn: () => error, tellsWords: false, msPerCharacter: 0 },
    });
    trial.hears();
    trial.session.commitTurn('item_1');
    trial.ask();
    await trial.ended();
    for (const operation of ['speech_to_text', 'chat'] as const) {
      const [failed, ...rest] = trial.of(operation);
      const failure = { audioMs: 0, dollars: null, errorCode: 'provider_failed' };
      expect(failed).toMatchObject({ provider: 'first', inputTextTokens: 0, ...failure });
      expect(rest).toMatchObject([{ provider: 'second', errorCode: null }]);
    }
    expect(trial.of('text_to_speech').map(({ provider }) => provider)).toEqual(['second']);
  });

  it('holds a piece that was given up before it sounded', async () => {
    const trial = start({ voice: { isStuckOn: () => true } });
    trial.ask();
    await trial.ended();
    expect(trial.of('text_to_speech').map(({ provider }) => provider)).toEqual(['first', 'second']);
  });

  it('holds the audio of a turn that was nothing, once', async () => {
    const trial = start();
    trial.hears(25);
    trial.session.dropTurn('item_1');
    await trial.pass(100);
    expect(trial.used).toMatchObject([{ operation: 'speech_to_text', audioMs: 500 }]);
  });

  it('is measured from the end of a turn to its words', async () => {
    const trial = start({ turn: { text: 'where is it', delayMs: 300 } });
    trial.hears();
    await trial.pass(500);
    trial.session.commitTurn('item_1');
    await trial.pass(500);
    expect(trial.of('speech_to_text')).toMatchObject([{ durationMs: 300, errorCode: null }]);
  });

  it('is not made up for an answer that was stopped', async () => {
    const stopped = start({ answer: [{ type: 'text', delta: 'It' }, { type: 'hang' }] });
    stopped.ask();
    await stopped.pass(100);
    stopped.session.cancel('gen_1');
    await stopped.pass(100);
    expect(stopped.of('chat')).toEqual([]);
  });

  it('is what is spoken where that is spelled out', async () => {
    const trial = start({ answer: [{ type: 'text', delta: 'Order SKU-4471.' }, END] });
    trial.ask();
    await trial.ended();
    expect(trial.of('text_to_speech')[0]?.characters).toBe('Order S K U, 4 4 7 1.'.length);
  });
});

it('tells the recogniser that hears a turn of its pauses, and of no other', () => {
  const { session, ears, hears } = start();
  hears();
  session.prepareAnswer('item_1', FIXTURE_CONFIG);
  session.discardAnswer();
  session.prepareAnswer('item_1', FIXTURE_CONFIG);
  session.commitTurn('item_1');
  session.discardAnswer();
  const told = ears.map(({ recognitions }) => recognitions.map(({ silences }) => silences));
  expect(told).toEqual([[['paused', 'resumed', 'paused']], []]);
});

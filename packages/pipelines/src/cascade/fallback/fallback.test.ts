import type { ProviderTookOver, TimedWord } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { PipelineError } from '../../pipeline-error.ts';
import {
  describeLanguageModel,
  describeSpeechToText,
  describeTextToSpeech,
  FAKE_END,
  FakeLanguageModel,
  FakeSpeechToText,
  fakeText,
  FakeTextToSpeech,
} from '../../testing/index.ts';
import type { FakeStep, FakeTurn, FakeVoiceOptions } from '../../testing/index.ts';
import { FIXTURE_CONFIG, FIXTURE_FRAME, settle } from '../cascade-fixture.ts';
import type { LanguageModelPart } from '../ports/language-model.ts';
import { SpokenTrial } from '../../providers/testing/spoken-trial.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { FallbackLanguageModel } from './fallback-language-model.ts';
import { FallbackSpeechToText } from './fallback-speech-to-text.ts';
import { FallbackTextToSpeech } from './fallback-text-to-speech.ts';

const BUDGET_MS = 300;
const LIMITED = new PipelineError('provider_rate_limited', 'fake-model is busy');

let clock: DrivenClock;
let tookOver: ProviderTookOver[];

beforeEach(() => {
  clock = new DrivenClock();
  tookOver = [];
});

async function pass(ms: number): Promise<void> {
  await settle();
  for (let passed = 0; passed < ms; passed += 10) {
    clock.advance(10);
    await settle();
  }
}

const shared = () => ({
  clock,
  budgetMs: BUDGET_MS,
  onTookOver: (told: ProviderTookOver) => tookOver.push(told),
});

const REQUEST = {
  sessionId: 'session-a',
  instructions: '',
  history: [],
  tools: FIXTURE_CONFIG.tools,
  toolChoice: 'auto',
  maxOutputTokens: null,
  temperature: null,
} as const;

describe('models that stand in for each other', () => {
  function models(first: readonly FakeStep[], second: readonly FakeStep[], hedges = false) {
    const providers = [
      new FakeLanguageModel(clock, [first]),
      new FakeLanguageModel(clock, [second]),
    ];
    const model = new FallbackLanguageModel({ ...shared(), providers, hedges });
    const parts: LanguageModelPart[] = [];
    const abort = new AbortController();
    const toldCaller: ProviderTookOver[] = [];
    const onTookOver = (told: ProviderTookOver) => toldCaller.push(told);
    let error: Error | null = null;
    let isOver = false;
    const ask = () => {
      parts.length = 0;
      isOver = false;
      void (async () => {
        try {
          for await (const part of model.answer({ ...REQUEST, signal: abort.signal, onTookOver })) {
            parts.push(part);
          }
        } catch (thrown) {
          error = thrown as Error;
        }
        isOver = true;
      })();
    };
    return {
      ask,
      abort,
      asked: () => providers.map(({ requests }) => requests.length),
      active: () => providers.map(({ active }) => active),
      text: () => parts.map((part) => (part.type === 'text' ? part.delta : '')).join(''),
      toldCaller,
      types: () => parts.map(({ type }) => type),
      error: () => error,
      isOver: () => isOver,
    };
  }

  it('ask the first alone while it is quick', async () => {
    const test = models(fakeText('From the first.'), fakeText('From the second.'));
    test.ask();
    await pass(0);
    expect(test.text()).toBe('From the first.');
    expect(test.asked()).toEqual([1, 0]);
    expect(clock.pending).toBe(0);
  });

  it('ask the next at once where one fails, and tell whom and why', async () => {
    const test = models([{ type: 'throw', error: LIMITED }], fakeText('From the second.'));
    test.ask();
    await pass(0);
    expect(test.text()).toBe('From the second.');
    expect(tookOver).toEqual([
      {
        service: 'languageModel',
        from: 'fake-model',
        to: 'fake-model',
        why: 'failed',
        code: 'provider_rate_limited',
      },
    ]);
    expect(test.toldCaller).toEqual(tookOver);
  });

  it('ask the next where one has written nothing within its budget, and let the slow one go', async () => {
    const test = models([{ type: 'hang' }], fakeText('From the second.'));
    test.ask();
    await pass(BUDGET_MS - 10);
    expect(test.asked()).toEqual([1, 0]);
    await pass(10);
    expect(test.text()).toBe('From the second.');
    expect(test.active()).toEqual([0, 0]);
    expect(tookOver.map(({ why }) => why)).toEqual(['slow']);
  });

  it('take over from one that was at work, and has written nothing that can be heard', async () => {
    const working: FakeStep = { type: 'text', delta: '' };
    for (const then of [
      [{ type: 'throw', error: LIMITED }],
      [{ type: 'hang' }],
    ] as const satisfies FakeStep[][]) {
      const test = models([working, ...then], fakeText('From the second.'));
      test.ask();
      await pass(BUDGET_MS);
      expect(test.text()).toBe('From the second.');
      expect(test.active()).toEqual([0, 0]);
    }
    expect(tookOver.map(({ why }) => why)).toEqual(['failed', 'slow']);
  });

  it('leave one time that is at work, and pass on that it is', async () => {
    const call: FakeStep = { type: 'toolCall', callId: 'c', name: 'lookup_order', arguments: '{}' };
    const working: FakeStep = { type: 'text', delta: '' };
    const wait: FakeStep = { type: 'wait', ms: BUDGET_MS - 100 };
    const test = models([wait, working, wait, working, wait, call, FAKE_END], fakeText('No.'));
    test.ask();
    await pass(3 * BUDGET_MS);
    expect(test.types()).toEqual(['text', 'text', 'toolCall', 'end']);
    expect(test.asked()).toEqual([1, 0]);
    expect(clock.pending).toBe(0);
  });

  it('hear the first to write where both may go on', async () => {
    const slow: FakeStep[] = [{ type: 'wait', ms: 400 }, ...fakeText('Late but first.')];
    const slower: FakeStep[] = [{ type: 'wait', ms: 400 }, ...fakeText('Later.')];
    const test = models(slow, slower, true);
    test.ask();
    await pass(500);
    expect(test.text()).toBe('Late but first.');
    expect(test.asked()).toEqual([1, 1]);
    expect(test.active()).toEqual([0, 0]);
    expect(clock.pending).toBe(0);
  });

  it('do not say again what was heard: a failure after that is told', async () => {
    const broken: FakeStep[] = [
      { type: 'text', delta: 'It has ' },
      { type: 'throw', error: LIMITED },
    ];
    const test = models(broken, fakeText('From the second.'));
    test.ask();
    await pass(0);
    expect(test.text()).toBe('It has ');
    expect(test.error()).toBe(LIMITED);
    expect(test.asked()).toEqual([1, 0]);
  });

  it('tell the last failure where all fail', async () => {
    const test = models(
      [{ type: 'throw', error: LIMITED }],
      [{ type: 'throw', error: new Error('x') }],
    );
    test.ask();
    await pass(0);
    expect(test.error()).toMatchObject({ code: 'provider_failed' });
  });

  it('are not asked while their circuit is open', async () => {
    const test = models([{ type: 'throw', error: LIMITED }], fakeText('From the second.'));
    for (let asked = 0; asked < 5; asked += 1) {
      test.ask();
      await pass(0);
      expect(test.text()).toBe('From the second.');
    }
    expect(test.asked()).toEqual([3, 5]);
    expect(tookOver.map(({ why }) => why)).toEqual(['failed', 'failed', 'failed', 'open', 'open']);
    await pass(10_000);
    test.ask();
    await pass(0);
    expect(test.asked()).toEqual([4, 6]);
  });

  it('stop at once when nobody wants the answer any more, even where one does not listen', async () => {
    const test = models([{ type: 'hang', isDeaf: true }], fakeText('From the second.'));
    test.ask();
    await pass(100);
    test.abort.abort();
    await pass(0);
    expect(test.isOver()).toBe(true);
    expect(test.error()).toBeNull();
    expect(clock.pending).toBe(0);
    await pass(1_000);
    expect(test.asked()).toEqual([1, 0]);
  });
});

describe('voices that stand in for each other', () => {
  function voices(first: FakeVoiceOptions, second: FakeVoiceOptions = {}) {
    const providers = [new FakeTextToSpeech(clock, first), new FakeTextToSpeech(clock, second)];
    const voice = new FallbackTextToSpeech({ ...shared(), providers });
    const told = { words: [] as TimedWord[], audio: 0, ends: 0, errors: [] as Error[] };
    const say = (text = 'It has shipped.') =>
      voice.synthesize(
        { text, voice: 'fake-voice', speed: 1 },
        {
          onWords: (words) => told.words.push(...words),
          onAudio: () => (told.audio += 1),
          onEnd: () => (told.ends += 1),
          onError: (error) => told.errors.push(error),
        },
      );
    return { providers, told, say };
  }

  it('speak a piece with the next where one makes no sound in time, its words told once', async () => {
    const { providers, told, say } = voices({ isStuckOn: () => true });
    say();
    await pass(BUDGET_MS);
    expect(told.words.map(({ text }) => text).join(' ')).toBe('It has shipped.');
    expect([told.ends, told.errors.length]).toEqual([1, 0]);
    expect(providers[0]?.syntheses[0]?.isCancelled).toBe(true);
    expect(tookOver).toMatchObject([{ service: 'textToSpeech', why: 'slow' }]);
    expect(clock.pending).toBe(0);
  });

  it('do not begin a piece again that has begun to sound', async () => {
    const { told, say } = voices({ failsOn: () => LIMITED });
    say();
    await pass(1_000);
    expect(told.audio).toBe(1);
    expect(told.errors).toEqual([LIMITED]);
    expect([told.ends, tookOver.length]).toEqual([0, 0]);
  });

  it('leave the last of them more time before the last resort, which nobody else waits for', async () => {
    const stuck = { isStuckOn: () => true };
    const providers = [new FakeTextToSpeech(clock, stuck), new FakeTextToSpeech(clock, stuck)];
    const embedded = new FakeTextToSpeech(clock);
    const voice = new FallbackTextToSpeech({
      ...shared(),
      providers,
      lastResort: {
        provider: embedded,
        breaker: new CircuitBreaker({ name: 'embedded', clock }),
        afterMs: 1_000,
      },
    });
    const heard = new SpokenTrial(voice);
    await pass(BUDGET_MS + 990);
    expect([providers[1]?.syntheses.length, embedded.syntheses.length]).toEqual([1, 0]);
    await pass(10);
    expect(heard.isEnded).toBe(true);
    expect(tookOver.map(({ to, why }) => [to, why])).toEqual([
      ['fake-synthesizer', 'slow'],
      ['embedded', 'slow'],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('are silent once they are cancelled', async () => {
    const { providers, told, say } = voices({ isStuckOn: () => true });
    say().cancel();
    await pass(1_000);
    expect(told).toEqual({ words: [], audio: 0, ends: 0, errors: [] });
    expect(providers[1]?.syntheses).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });
});

describe('recognisers that stand in for each other', () => {
  function recognisers(first: FakeTurn, second: FakeTurn = { text: 'from the second' }) {
    const providers = [new FakeSpeechToText(clock, [first]), new FakeSpeechToText(clock, [second])];
    const ear = new FallbackSpeechToText({ ...shared(), providers });
    const told = { finals: [] as string[], errors: [] as Error[] };
    const turn = ear.recognise('session-a', {
      onPartial: () => {},
      onFinal: ({ text }) => told.finals.push(text),
      onError: (error) => told.errors.push(error),
    });
    return { providers, told, turn };
  }

  it('hear a turn from its beginning where one fails or is late', async () => {
    for (const first of [{ error: LIMITED }, { isStuck: true }]) {
      const { providers, told, turn } = recognisers(first);
      for (let frames = 0; frames < 5; frames += 1) turn.accept(FIXTURE_FRAME);
      turn.finish();
      await pass(BUDGET_MS);
      expect(told).toEqual({ finals: ['from the second'], errors: [] });
      expect(providers[1]?.recognitions[0]?.frames).toHaveLength(5);
      expect(providers[0]?.recognitions[0]?.isCancelled).toBe(true);
      expect(clock.pending).toBe(0);
    }
    expect(tookOver.map(({ why }) => why)).toEqual(['failed', 'slow']);
  });

  it('keep no more than a minute of a turn for the next one', async () => {
    const { providers, turn } = recognisers({ error: LIMITED });
    for (let frames = 0; frames < 6_000; frames += 1) turn.accept(FIXTURE_FRAME);
    turn.finish();
    await pass(0);
    expect(providers[1]?.recognitions[0]?.frames).toHaveLength(3_000);
  });

  it('tell the failure of the last', async () => {
    const { told, turn } = recognisers({ error: LIMITED }, { error: LIMITED });
    turn.finish();
    await pass(0);
    expect(told).toEqual({ finals: [], errors: [LIMITED] });
  });
});

for (const isFirstDown of [false, true]) {
  const which = isFirstDown ? 'the second' : 'the first';
  const down = new Error('down');

  describeLanguageModel(`models that stand in for each other: ${which}`, () => {
    const driven = new DrivenClock();
    const answering = (request: {
      toolChoice: unknown;
      instructions: string;
    }): readonly FakeStep[] =>
      request.instructions === 'call' && request.toolChoice !== 'none'
        ? [{ type: 'toolCall', callId: 'c', name: 'lookup_order', arguments: '{}' }, FAKE_END]
        : fakeText('It has shipped.');
    const broken = () => [{ type: 'throw', error: down }] as const;
    const providers = [
      new FakeLanguageModel(driven, isFirstDown ? broken : answering),
      new FakeLanguageModel(driven, answering),
    ];
    return {
      languageModel: new FallbackLanguageModel({ providers, budgetMs: BUDGET_MS, clock: driven }),
      spoken: REQUEST,
      calling: { ...REQUEST, instructions: 'call' },
      drive: () => driven.advance(10),
    };
  });

  describeTextToSpeech(`voices that stand in for each other: ${which}`, () => {
    const driven = new DrivenClock();
    const isStuckOn = () => isFirstDown;
    const providers = [
      new FakeTextToSpeech(driven, { delayMs: 5, isStuckOn }),
      new FakeTextToSpeech(driven, { delayMs: 5 }),
    ];
    return {
      textToSpeech: new FallbackTextToSpeech({ providers, budgetMs: BUDGET_MS, clock: driven }),
      drive: () => driven.advance(10),
    };
  });

  describeSpeechToText(`recognisers that stand in for each other: ${which}`, () => {
    const driven = new DrivenClock();
    const turn = { text: 'where is it', partials: ['where', 'where is'], delayMs: 30 };
    const providers = [
      new FakeSpeechToText(driven, [isFirstDown ? { error: down } : turn]),
      new FakeSpeechToText(driven, [turn]),
    ];
    return {
      speechToText: new FallbackSpeechToText({ providers, budgetMs: BUDGET_MS, clock: driven }),
      speech: [FIXTURE_FRAME, FIXTURE_FRAME],
      text: 'where is it',
      drive: () => driven.advance(10),
    };
  });
}

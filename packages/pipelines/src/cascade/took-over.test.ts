import type { EngineContext, ProviderTookOver } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { expect, it } from 'vitest';
import {
  FakeLanguageModel,
  fakeText,
  FakeSpeechToText,
  FakeTextToSpeech,
} from '../testing/index.ts';
import { CascadeEngine } from './cascade-engine.ts';
import { FIXTURE_CONFIG, FIXTURE_FRAME, settle } from './cascade-fixture.ts';
import { FallbackLanguageModel } from './fallback/fallback-language-model.ts';
import { FallbackSpeechToText } from './fallback/fallback-speech-to-text.ts';
import { FallbackTextToSpeech } from './fallback/fallback-text-to-speech.ts';

it('a session is told which providers of it were replaced, while answers are made ready too', async () => {
  const clock = new DrivenClock();
  const error = new Error('down');
  const shared = { clock, budgetMs: 100 };
  const turn = { text: 'where is it', partials: ['where is it'] };
  const engine = new CascadeEngine({
    name: 'fakes',
    clock,
    speechToText: new FallbackSpeechToText({
      ...shared,
      providers: [new FakeSpeechToText(clock, [{ error }]), new FakeSpeechToText(clock, [turn])],
    }),
    languageModel: new FallbackLanguageModel({
      ...shared,
      providers: [
        new FakeLanguageModel(clock, [[{ type: 'throw', error }]]),
        new FakeLanguageModel(clock, [fakeText('It has shipped.')]),
      ],
    }),
    textToSpeech: new FallbackTextToSpeech({
      ...shared,
      providers: [
        new FakeTextToSpeech(clock, { isStuckOn: () => true }),
        new FakeTextToSpeech(clock),
      ],
    }),
  });
  const told: ProviderTookOver[] = [];
  const ends: string[] = [];
  const context: EngineContext = {
    sessionId: 'session-a',
    history: () => [],
    onEvent: ({ type }) => {
      if (type === 'generation.ended') ends.push(type);
    },
    onTookOver: (tookOver) => told.push(tookOver),
  };
  const session = engine.open(context);
  session.beginTurn('item_1');
  session.hear(FIXTURE_FRAME);
  session.commitTurn('item_1');
  session.generate({
    kind: 'answer',
    generationId: 'gen_1',
    config: FIXTURE_CONFIG,
    options: {},
  });
  for (let steps = 0; steps < 500 && ends.length === 0; steps += 1) {
    clock.advance(10);
    await settle();
  }
  expect(told.map(({ service, why }) => [service, why])).toEqual([
    ['speechToText', 'failed'],
    ['languageModel', 'failed'],
    ['textToSpeech', 'slow'],
  ]);
  session.close();
});

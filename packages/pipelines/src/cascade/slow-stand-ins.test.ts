import type { ConversationItem, EngineEvent } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  FakeLanguageModel,
  fakeText,
  FakeSpeechToText,
  FakeTextToSpeech,
} from '../testing/index.ts';
import { CascadeEngine } from './cascade-engine.ts';
import { FIXTURE_CONFIG, FIXTURE_FRAME, settle } from './cascade-fixture.ts';
import { withStandIns } from './cascade-timeouts.ts';
import { FallbackLanguageModel } from './fallback/fallback-language-model.ts';
import { FallbackSpeechToText } from './fallback/fallback-speech-to-text.ts';
import { FallbackTextToSpeech } from './fallback/fallback-text-to-speech.ts';

/** As long as an agent may say for four of a service. */
const BUDGETS = { speechToText: 1_333, languageModel: 2_000, textToSpeech: 1_000 };

const QUESTION: ConversationItem = {
  kind: 'message',
  id: 'a',
  speaker: 'caller',
  medium: 'audio',
  status: 'completed',
  text: 'where is it',
  audioMs: 0,
};

let clock: DrivenClock;
let asked: string[];

beforeEach(() => {
  clock = new DrivenClock();
  asked = [];
});

/** Four of a kind, the last of which answers, late enough to need all of its own time. */
const four = <Provider>(make: (isLast: boolean) => Provider): Provider[] =>
  [1, 2, 3, 4].map((place) => make(place === 4));

function engineOf(slow: keyof typeof BUDGETS): CascadeEngine {
  const use = (service: keyof typeof BUDGETS) => ({
    clock,
    budgetMs: BUDGETS[service],
    onTookOver: () => asked.push(service),
  });
  const isSlow = (service: keyof typeof BUDGETS, isLast: boolean) => slow === service && !isLast;
  const lateMs = (service: keyof typeof BUDGETS) => (slow === service ? 1_800 : 0);
  return new CascadeEngine({
    name: 'fakes',
    clock,
    timeouts: withStandIns({
      speechToText: 3 * BUDGETS.speechToText,
      languageModel: 3 * BUDGETS.languageModel,
      textToSpeech: 3 * BUDGETS.textToSpeech,
    }),
    speechToText: new FallbackSpeechToText({
      ...use('speechToText'),
      providers: four((isLast) => {
        const delayMs = lateMs('speechToText');
        const isStuck = isSlow('speechToText', isLast);
        return new FakeSpeechToText(clock, [{ text: 'where is it', delayMs, isStuck }]);
      }),
    }),
    languageModel: new FallbackLanguageModel({
      ...use('languageModel'),
      providers: four((isLast) => {
        const wait = { type: 'wait', ms: lateMs('languageModel') } as const;
        const working = { type: 'text', delta: '' } as const;
        const steps = isSlow('languageModel', isLast)
          ? [working, { type: 'hang' } as const]
          : [wait, ...fakeText('It has shipped.')];
        return new FakeLanguageModel(clock, [steps]);
      }),
    }),
    textToSpeech: new FallbackTextToSpeech({
      ...use('textToSpeech'),
      providers: four((isLast) => {
        const isStuckOn = () => isSlow('textToSpeech', isLast);
        return new FakeTextToSpeech(clock, { delayMs: lateMs('textToSpeech'), isStuckOn });
      }),
    }),
  });
}

describe('four providers of which three are slow', () => {
  it.each(['speechToText', 'languageModel', 'textToSpeech'] as const)(
    '%s: the fourth is asked, and has its own time',
    async (slow) => {
      const told: EngineEvent[] = [];
      const session = engineOf(slow).open({
        sessionId: 'session-a',
        history: () => [QUESTION],
        onEvent: (event) => told.push(event),
      });
      session.beginTurn('a');
      session.hear(FIXTURE_FRAME);
      session.commitTurn('a');
      const request = { generationId: 'gen_1', config: FIXTURE_CONFIG, options: {} };
      session.generate({ kind: 'answer', ...request });
      const end = () => told.find((event) => event.type === 'generation.ended');
      for (let steps = 0; steps < 2_000 && !end(); steps += 1) {
        clock.advance(10);
        await settle();
      }
      expect(end()).toMatchObject({ outcome: 'completed' });
      expect(told.some(({ type }) => type === 'generation.audio')).toBe(true);
      expect(asked).toEqual([slow, slow, slow]);
      session.close();
      expect(clock.pending).toBe(0);
    },
  );
});

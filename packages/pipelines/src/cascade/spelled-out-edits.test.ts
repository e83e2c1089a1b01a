import type { EngineEvent } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { expect, it } from 'vitest';
import {
  FakeLanguageModel,
  fakeText,
  FakeSpeechToText,
  FakeTextToSpeech,
  FakeWordAligner,
} from '../testing/index.ts';
import { AlignedTextToSpeech } from './aligned-text-to-speech.ts';
import { CascadeEngine } from './cascade-engine.ts';
import { FIXTURE_CONFIG, settle } from './cascade-fixture.ts';
import { FallbackTextToSpeech } from './fallback/fallback-text-to-speech.ts';
import { SpelledOutTextToSpeech } from './spelled-out-text-to-speech.ts';

function opened(answer: string) {
  const clock = new DrivenClock();
  const stuck = new FakeTextToSpeech(clock, { isStuckOn: () => true });
  const untimed = new FakeTextToSpeech(clock, { tellsWords: false });
  const aligner = new FakeWordAligner();
  const engine = new CascadeEngine({
    name: 'fakes',
    clock,
    speechToText: new FakeSpeechToText(clock),
    languageModel: new FakeLanguageModel(clock, [fakeText(answer)]),
    textToSpeech: new FallbackTextToSpeech({
      clock,
      budgetMs: 100,
      providers: [
        new SpelledOutTextToSpeech(stuck, { clock }),
        new AlignedTextToSpeech(new SpelledOutTextToSpeech(untimed, { clock }), { aligner, clock }),
      ],
    }),
  });
  const events: EngineEvent[] = [];
  const session = engine.open({
    sessionId: 'session-a',
    history: () => [],
    onEvent: (event) => events.push(event),
  });
  const pass = async () => {
    for (let step = 0; step < 300; step += 1) {
      clock.advance(20);
      await settle();
    }
  };
  return {
    session,
    pass,
    events,
    said: () => untimed.syntheses.map(({ request }) => request.text),
  };
}

function editsIn(events: readonly EngineEvent[]) {
  return events.flatMap((event) => (event.type === 'generation.edited' ? [event] : []));
}

function textOf(events: readonly EngineEvent[]): string {
  return events.map((event) => (event.type === 'generation.text' ? event.delta : '')).join('');
}

it('each piece whose numbers are read in words is told as such once, without what it says', async () => {
  const text = 'Order 447 has shipped. It comes soon. It cost $5 million.';
  const { session, pass, events, said } = opened(text);
  session.generate({ kind: 'answer', generationId: 'g', config: FIXTURE_CONFIG, options: {} });
  await pass();
  const edit = { type: 'generation.edited', generationId: 'g', edits: ['spelled'] };
  expect(editsIn(events)).toEqual([edit, edit]);
  expect(textOf(events)).toBe(text);
  expect(said()).toEqual([
    'Order four four seven has shipped.',
    'It comes soon.',
    'It cost five million dollars.',
  ]);
});

it('a read-back stays as it is written and is read aloud digit by digit', async () => {
  const text = 'Cancel order 447 for $5 million on 3/5, is that right?';
  const { session, pass, events, said } = opened('unused');
  session.generate({ kind: 'say', generationId: 's', config: FIXTURE_CONFIG, text });
  await pass();
  expect(textOf(events)).toBe(text);
  expect(new Set(editsIn(events).flatMap(({ edits }) => edits))).toEqual(new Set(['spelled']));
  expect(said().join(' ')).toBe(
    'Cancel order four four seven for five million dollars on march fifth, is that right?',
  );
});

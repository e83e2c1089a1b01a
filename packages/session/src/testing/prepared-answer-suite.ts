import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../ports/voice-engine.ts';
import { EngineListener } from './engine-listener.ts';
import type { VoiceEngineTrial } from './engine-listener.ts';
import { expectWordsBeforeAudio } from './expect-words-before-audio.ts';

const TEXT = 'One moment, please. Order 4471 costs $19.99.';

/** The part of the {@link VoiceEngine} contract that is about answers made ready. */
export function describePreparedAnswers(
  name: string,
  setup: () => VoiceEngineTrial | Promise<VoiceEngineTrial>,
): void {
  function engineIt(behaviour: string, test: (listener: EngineListener) => Promise<void>): void {
    it(behaviour, async () => {
      const listener = new EngineListener(await setup());
      await test(listener);
      listener.session.close();
    });
  }

  /** Speaks a turn at whose end an answer is made ready; `isDone` lets that happen. */
  async function prepare(listener: EngineListener, isDone = true): Promise<string> {
    const itemId = listener.speak();
    listener.session.prepareAnswer(itemId, listener.trial.config);
    if (isDone) await listener.fence();
    return itemId;
  }

  /** What an answer to the same turn is when nothing was made ready. */
  async function unprepared(trial: VoiceEngineTrial): Promise<EngineListener> {
    const listener = new EngineListener(trial, 'session-unprepared');
    listener.commit(listener.speak());
    listener.answer('answer');
    await listener.ended('answer');
    listener.session.close();
    return listener;
  }

  function expectTheSame(listener: EngineListener, other: EngineListener): void {
    expect(listener.text('answer')).toBe(other.text('answer'));
    expect(listener.timedWords('answer')).toEqual(other.timedWords('answer'));
    expect(listener.samples('answer').equals(other.samples('answer'))).toBe(true);
    expect(marksOf(listener)).toEqual(marksOf(other));
    expect(listener.about('answer').at(-1)).toEqual(other.about('answer').at(-1));
  }

  describe(`VoiceEngine: ${name}, making an answer ready`, () => {
    engineIt('tells nothing of it until it is asked for', async (listener) => {
      const itemId = await prepare(listener);
      expect(listener.events.every((event) => event.type === 'transcript')).toBe(true);
      listener.commit(itemId);
      await listener.until(() => listener.finals(itemId).length > 0);
      await listener.fence();
      expect(listener.events.every((event) => event.type === 'transcript')).toBe(true);
    });

    for (const isDone of [true, false]) {
      const when = isDone ? 'long before' : 'just before';
      engineIt(`gives the same answer when it was made ready ${when}`, async (listener) => {
        const itemId = await prepare(listener, isDone);
        listener.commit(itemId);
        const told = listener.about('answer').length;
        listener.answer('answer');
        expect(listener.about('answer')).toHaveLength(told);
        await listener.ended('answer');
        await listener.fence();
        expectTheSame(listener, await unprepared(listener.trial));
        expectWordsBeforeAudio(listener.about('answer'));
        const types = listener.events.map((event) => event.type);
        const final = listener.events.findIndex(isFinal);
        expect(types.findIndex((type) => type !== 'transcript')).toBeGreaterThan(final);
        expect(types.filter((type) => type === 'generation.ended')).toHaveLength(1);
      });
    }

    engineIt('answers as ever when it was discarded', async (listener) => {
      const itemId = await prepare(listener);
      listener.session.discardAnswer();
      listener.session.discardAnswer();
      listener.commit(itemId);
      listener.answer('answer');
      await listener.ended('answer');
      expectTheSame(listener, await unprepared(listener.trial));
    });

    engineIt('answers as ever when it was made ready anew', async (listener) => {
      const itemId = await prepare(listener);
      listener.session.prepareAnswer(itemId, listener.trial.config);
      listener.commit(itemId);
      listener.answer('answer');
      await listener.ended('answer');
      expectTheSame(listener, await unprepared(listener.trial));
    });

    engineIt('answers all that was said, though it was ready for less', async (listener) => {
      const { speech, config } = listener.trial;
      listener.session.beginTurn('turn');
      const half = Math.ceil(speech.length / 2);
      for (const frame of speech.slice(0, half)) listener.session.hear(frame);
      listener.session.prepareAnswer('turn', config);
      await listener.fence();
      for (const frame of speech.slice(half)) listener.session.hear(frame);
      listener.commit('turn');
      listener.answer('answer');
      await listener.ended('answer');
      expectTheSame(listener, await unprepared(listener.trial));
    });

    engineIt('heeds what is asked of the answer in the end', async (listener) => {
      const itemId = await prepare(listener);
      listener.commit(itemId);
      listener.answer('answer', { modality: 'text' });
      await listener.ended('answer');
      expect(listener.text('answer')).toMatch(/\S/u);
      expect(listener.of('generation.words')).toEqual([]);
      expect(listener.of('generation.audio')).toEqual([]);
    });

    engineIt('says a text instead when one is asked for', async (listener) => {
      const itemId = await prepare(listener);
      listener.commit(itemId);
      listener.say('said', TEXT);
      expect((await listener.ended('said')).outcome).toBe('completed');
      await listener.fence();
      expect(listener.words('said')).toBe(TEXT);
      expect(listener.of('generation.ended')).toHaveLength(1);
    });

    engineIt('forgets it when the turn is dropped', async (listener) => {
      listener.session.dropTurn(await prepare(listener));
      listener.commit(listener.speak());
      listener.answer('answer');
      await listener.ended('answer');
      expectTheSame(listener, await unprepared(listener.trial));
    });

    for (const type of ['generation.text', 'generation.audio'] as const) {
      engineIt(`tells nothing after it is cancelled at the first ${type}`, async (listener) => {
        listener.commit(await prepare(listener));
        listener.onEvent = (event) => {
          if (event.type === type) listener.session.cancel('stopped');
        };
        listener.answer('stopped');
        await listener.until(() => listener.of(type).length > 0);
        await listener.fence();
        expect(listener.about('stopped').at(-1)?.type).toBe(type);
        expect(listener.of(type)).toHaveLength(1);
      });
    }

    for (const isDone of [true, false]) {
      const what = isDone ? 'a ready answer' : 'one being made ready';
      engineIt(
        `tells nothing and holds nothing when it is closed with ${what}`,
        async (listener) => {
          await prepare(listener, isDone);
          listener.session.close();
          const told = listener.events.length;
          for (let turn = 0; turn < 10; turn += 1) await setImmediate();
          expect(listener.trial.held?.() ?? 0).toBe(0);
          await listener.fence();
          expect(listener.events).toHaveLength(told);
        },
      );
    }

    engineIt('bears a turn it does not know, and calls after close', async (listener) => {
      const { session, trial } = listener;
      session.discardAnswer();
      session.prepareAnswer('unknown', trial.config);
      session.close();
      session.prepareAnswer(listener.speak(), trial.config);
      session.discardAnswer();
      await listener.fence();
      expect(listener.events).toEqual([]);
      expect(listener.trial.held?.() ?? 0).toBe(0);
    });
  });
}

function marksOf(listener: EngineListener): string[] {
  const marks = listener.of('generation.mark', 'answer');
  const instants = marks.map((event) => event.atMs);
  expect(instants).toEqual(instants.toSorted((one, other) => one - other));
  return marks.map((event) => event.mark);
}

function isFinal(event: EngineEvent): boolean {
  return event.type === 'transcript' && event.isFinal;
}

import { describe, expect, it } from 'vitest';
import { describeCoveredAnswers } from './covered-answer-suite.ts';
import { EngineListener, idOf } from './engine-listener.ts';
import type { VoiceEngineTrial } from './engine-listener.ts';
import { expectWordsBeforeAudio } from './expect-words-before-audio.ts';
import { describePreparedAnswers } from './prepared-answer-suite.ts';

const TEXT = 'One moment, please. Order 4471 costs $19.99.';

/**
 * The contract of {@link VoiceEngine}; every engine runs it. `setup` is called for each test; where
 * `callsTools` its trials must have a `callingConfig`.
 */
export function describeVoiceEngine(
  name: string,
  setup: () => VoiceEngineTrial | Promise<VoiceEngineTrial>,
  { callsTools = true }: { readonly callsTools?: boolean } = {},
): void {
  const callingIt = callsTools ? it : () => {};
  /** Runs a test with one open session, which is closed afterwards. */
  function engineIt(behaviour: string, test: (listener: EngineListener) => Promise<void>): void {
    it(behaviour, async () => {
      const listener = new EngineListener(await setup());
      await test(listener);
      listener.session.close();
    });
  }

  describe(`VoiceEngine: ${name}, hearing a caller`, () => {
    engineIt('gives exactly one final transcript for a committed turn', async (listener) => {
      const itemId = listener.speak();
      expect(listener.finals()).toEqual([]);
      listener.session.commitTurn(itemId);
      await listener.until(() => listener.finals(itemId).length > 0);
      await listener.fence();
      expect(listener.finals()).toHaveLength(1);
      expect(listener.of('transcript').at(-1)).toMatchObject({ itemId, isFinal: true });
    });

    engineIt('gives a final transcript for a turn without audio', async (listener) => {
      listener.session.beginTurn('silent');
      listener.session.commitTurn('silent');
      await listener.until(() => listener.finals('silent').length > 0);
      expect(listener.finals()).toHaveLength(1);
    });

    engineIt('gives no final transcript for a dropped turn', async (listener) => {
      const itemId = listener.speak();
      listener.session.dropTurn(itemId);
      const told = listener.events.length;
      await listener.fence();
      expect(listener.finals()).toEqual([]);
      expect(listener.events.slice(told).filter((event) => idOf(event) === itemId)).toEqual([]);
    });

    engineIt('gives each of two turns its own transcript', async (listener) => {
      const first = listener.speak();
      listener.session.commitTurn(first);
      const second = listener.speak();
      listener.session.commitTurn(second);
      await listener.until(() => listener.finals().length > 1);
      expect(listener.finals(first)).toHaveLength(1);
      expect(listener.finals(second)).toHaveLength(1);
    });

    engineIt('ignores turns it does not know', async (listener) => {
      listener.session.commitTurn('unknown');
      listener.session.dropTurn('unknown');
      for (const frame of listener.trial.speech) listener.session.hear(frame);
      await listener.fence();
      expect(listener.of('transcript')).toEqual([]);
    });
  });

  describe(`VoiceEngine: ${name}, answering`, () => {
    engineIt('ends an answer once, as the last of its events', async (listener) => {
      listener.answer('answer');
      await listener.ended('answer');
      await listener.fence();
      expect(listener.of('generation.ended', 'answer')).toHaveLength(1);
      expect(listener.about('answer').at(-1)).toMatchObject({ outcome: 'completed' });
      expect(listener.of('generation.audio', 'answer').length).toBeGreaterThan(0);
      for (const count of Object.values((await listener.ended('answer')).usage)) {
        expect(count).toBeGreaterThanOrEqual(0);
      }
    });

    engineIt('tells the words of its text, each before its audio', async (listener) => {
      listener.answer('answer');
      await listener.ended('answer');
      expect(listener.text('answer')).toMatch(/\S/u);
      expect(listener.words('answer')).toBe(normalised(listener.text('answer')));
      expectWordsBeforeAudio(listener.about('answer'));
    });

    engineIt('marks each moment once and in order', async (listener) => {
      listener.answer('answer');
      await listener.ended('answer');
      const marks = listener.of('generation.mark', 'answer');
      expect(new Set(marks.map((event) => event.mark)).size).toBe(marks.length);
      const instants = marks.map((event) => event.atMs);
      expect(instants).toEqual(instants.toSorted((one, other) => one - other));
      const types = listener.about('answer').map((event) => event.type);
      const firstByte = listener
        .about('answer')
        .findIndex((event) => event.type === 'generation.mark' && event.mark === 'firstByte');
      if (firstByte >= 0) expect(firstByte).toBeLessThan(types.indexOf('generation.audio'));
    });

    engineIt('makes no sound of an answer that is to be text', async (listener) => {
      listener.answer('answer', { modality: 'text' });
      await listener.ended('answer');
      expect(listener.text('answer')).toMatch(/\S/u);
      expect(listener.of('generation.words')).toEqual([]);
      expect(listener.of('generation.audio')).toEqual([]);
    });

    engineIt(
      'waits for the transcript it is owed and reads the history after it',
      async (listener) => {
        const itemId = listener.speak();
        expect(listener.reads).toEqual([]);
        listener.session.commitTurn(itemId);
        listener.answer('answer');
        await listener.ended('answer');
        const final = listener.events.findIndex(
          (event) => event.type === 'transcript' && event.isFinal,
        );
        const text = listener.events.findIndex((event) => event.type === 'generation.text');
        expect(final).toBeGreaterThanOrEqual(0);
        expect(final).toBeLessThan(text);
        for (const told of listener.reads) expect(told).toBeGreaterThan(final);
      },
    );

    engineIt('answers without waiting for a turn that was dropped', async (listener) => {
      listener.session.dropTurn(listener.speak());
      listener.answer('answer');
      expect((await listener.ended('answer')).outcome).toBe('completed');
    });

    engineIt('makes two generations one after the other', async (listener) => {
      listener.answer('first');
      await listener.ended('first');
      listener.say('second', TEXT);
      await listener.ended('second');
      expect(listener.about('second').length).toBeGreaterThan(1);
      const ended = listener.events.findIndex((event) => event.type === 'generation.ended');
      const after = listener.events.slice(ended + 1);
      expect(after.every((event) => idOf(event) === 'second')).toBe(true);
    });

    engineIt('bears a generation that is asked for as the one before ends', async (listener) => {
      listener.onEvent = (event) => {
        if (event.type === 'generation.ended' && event.generationId === 'first') {
          listener.say('second', TEXT);
        }
      };
      listener.answer('first');
      await listener.ended('second');
      expect(normalised(listener.text('second'))).toBe(TEXT);
    });

    callingIt('calls tools after what it says', async () => {
      const trial = await setup();
      if (!trial.callingConfig) throw new Error('the trial has no callingConfig');
      const listener = new EngineListener(trial);
      listener.answer('answer', {}, trial.callingConfig);
      await listener.ended('answer');
      const calls = listener.of('generation.toolCall', 'answer');
      expect(calls.length).toBeGreaterThan(0);
      expect(new Set(calls.map((call) => call.callId)).size).toBe(calls.length);
      for (const call of calls) {
        expect(trial.callingConfig.tools.map((tool) => tool.name)).toContain(call.name);
        expect(JSON.parse(call.arguments)).toBeTypeOf('object');
      }
      const types = listener.about('answer').map((event) => event.type);
      const after = types.slice(types.indexOf('generation.toolCall'));
      for (const type of ['generation.text', 'generation.words', 'generation.audio'] as const) {
        expect(after).not.toContain(type);
      }
      listener.session.close();
    });
  });

  describe(`VoiceEngine: ${name}, saying a text`, () => {
    engineIt('says exactly that text', async (listener) => {
      listener.say('said', TEXT);
      expect((await listener.ended('said')).outcome).toBe('completed');
      expect(normalised(listener.text('said'))).toBe(TEXT);
      expect(listener.words('said')).toBe(TEXT);
      expect(listener.of('generation.audio', 'said').length).toBeGreaterThan(0);
      expect(listener.of('generation.toolCall')).toEqual([]);
      expectWordsBeforeAudio(listener.about('said'));
    });

    engineIt('makes no sound when the session is text', async (listener) => {
      listener.say('said', TEXT, { ...listener.trial.config, modality: 'text' });
      await listener.ended('said');
      expect(normalised(listener.text('said'))).toBe(TEXT);
      expect(listener.of('generation.audio')).toEqual([]);
    });
  });

  describe(`VoiceEngine: ${name}, being stopped`, () => {
    engineIt('tells nothing of a generation that is cancelled at once', async (listener) => {
      listener.answer('stopped');
      const told = listener.about('stopped').length;
      listener.session.cancel('stopped');
      await listener.fence();
      expect(listener.about('stopped')).toHaveLength(told);
    });

    for (const type of ['generation.text', 'generation.words', 'generation.audio'] as const) {
      engineIt(`tells nothing after it is cancelled at the first ${type}`, async (listener) => {
        listener.onEvent = (event) => {
          if (event.type === type) listener.session.cancel('stopped');
        };
        listener.answer('stopped');
        await listener.until(() => listener.of(type).length > 0);
        listener.onEvent = () => {};
        await listener.fence();
        expect(listener.about('stopped').at(-1)?.type).toBe(type);
        expect(listener.of(type, 'stopped')).toHaveLength(1);
      });
    }

    engineIt('ignores a cancel of what it does not know or has ended', async (listener) => {
      listener.session.cancel('unknown');
      listener.answer('first');
      listener.session.cancel('unknown');
      await listener.ended('first');
      listener.say('second', TEXT);
      listener.session.cancel('first');
      expect((await listener.ended('second')).outcome).toBe('completed');
    });

    engineIt('still owes a transcript when the answer to it is cancelled', async (listener) => {
      const itemId = listener.speak();
      listener.session.commitTurn(itemId);
      listener.answer('stopped');
      const told = listener.about('stopped').length;
      listener.session.cancel('stopped');
      await listener.until(() => listener.finals(itemId).length > 0);
      expect(listener.about('stopped')).toHaveLength(told);
    });

    engineIt('tells nothing after close, whatever was under way', async (listener) => {
      const other = new EngineListener(listener.trial, 'session-b');
      listener.session.commitTurn(listener.speak());
      listener.speak();
      listener.answer('stopped');
      listener.session.close();
      const told = listener.events.length;
      await other.fence();
      expect(listener.events).toHaveLength(told);
      other.session.close();
    });

    engineIt('tells nothing after close in the middle of an answer', async (listener) => {
      const other = new EngineListener(listener.trial, 'session-b');
      listener.onEvent = (event) => {
        if (event.type === 'generation.audio') listener.session.close();
      };
      listener.answer('stopped');
      await listener.until(() => listener.of('generation.audio').length > 0);
      await other.fence();
      expect(listener.events.at(-1)?.type).toBe('generation.audio');
      expect(listener.of('generation.audio')).toHaveLength(1);
      other.session.close();
    });

    engineIt('bears calls after close, and a second close', async (listener) => {
      const other = new EngineListener(listener.trial, 'session-b');
      listener.session.close();
      listener.session.close();
      listener.session.commitTurn(listener.speak());
      listener.session.dropTurn('turn_0');
      listener.answer('late');
      listener.session.cancel('unknown');
      await other.fence();
      expect(listener.events).toEqual([]);
      other.session.close();
    });
  });

  describePreparedAnswers(name, setup);
  describeCoveredAnswers(name, setup);

  describe(`VoiceEngine: ${name}, with two sessions`, () => {
    engineIt('keeps them apart', async (listener) => {
      const other = new EngineListener(listener.trial, 'session-b');
      const itemId = listener.speak();
      listener.session.commitTurn(itemId);
      listener.answer('answer-a');
      other.say('said-b', TEXT);
      await listener.ended('answer-a');
      await other.ended('said-b');
      expect(listener.events.every((event) => [itemId, 'answer-a'].includes(idOf(event)))).toBe(
        true,
      );
      expect(other.events.every((event) => idOf(event) === 'said-b')).toBe(true);
      other.session.close();
    });

    engineIt('leaves one alone when the other is closed', async (listener) => {
      const other = new EngineListener(listener.trial, 'session-b');
      listener.answer('answer-a');
      other.answer('answer-b');
      other.session.close();
      expect((await listener.ended('answer-a')).outcome).toBe('completed');
    });
  });
}

function normalised(text: string): string {
  return text.trim().replace(/\s+/gu, ' ');
}

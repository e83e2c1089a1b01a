import { describe, expect, it } from 'vitest';
import { EngineListener } from './engine-listener.ts';
import type { VoiceEngineTrial } from './engine-listener.ts';
import { expectWordsBeforeAudio } from './expect-words-before-audio.ts';

const COVER = 'One moment, please.';

/** The part of the {@link VoiceEngine} contract that is about answers with a cover before them. */
export function describeCoveredAnswers(
  name: string,
  setup: () => VoiceEngineTrial | Promise<VoiceEngineTrial>,
): void {
  /** Runs a test with one open session of an engine that can say covers. */
  function engineIt(behaviour: string, test: (listener: EngineListener) => Promise<void>): void {
    it(behaviour, async (context) => {
      const listener = new EngineListener(await setup());
      if (listener.session.cover) await test(listener);
      listener.session.close();
      context.skip(!listener.session.cover, 'The engine says no covers.');
    });
  }

  /** What the answer to the trial's turn is by itself. */
  async function uncovered(trial: VoiceEngineTrial): Promise<string> {
    const listener = new EngineListener(trial, 'session-uncovered');
    listener.commit(listener.speak());
    listener.answer('answer');
    await listener.ended('answer');
    listener.session.close();
    return listener.text('answer');
  }

  describe(`VoiceEngine: ${name}, covering an answer`, () => {
    engineIt('says the words, and then the answer, as one message', async (listener) => {
      listener.commit(listener.speak());
      listener.answer('answer');
      listener.session.cover?.('answer', COVER);
      expect((await listener.ended('answer')).outcome).toBe('completed');
      await listener.fence();
      expect(listener.text('answer')).toBe(`${COVER} ${await uncovered(listener.trial)}`);
      expect(listener.words('answer')).toBe(listener.text('answer').replaceAll(/\s+/gu, ' '));
      expectWordsBeforeAudio(listener.about('answer'));
      expect(listener.of('generation.ended')).toHaveLength(1);
    });

    engineIt('tells the words before the first token of the answer', async (listener) => {
      listener.answer('answer');
      listener.session.cover?.('answer', COVER);
      await listener.ended('answer');
      const told = listener.about('answer');
      const said = told.findIndex(({ type }) => type === 'generation.text');
      const token = told.findIndex(
        (event) => event.type === 'generation.mark' && event.mark === 'firstToken',
      );
      expect(said).toBeGreaterThanOrEqual(0);
      expect(token).toBeGreaterThan(said);
    });

    engineIt('says them once, and not when the answer has begun or is over', async (listener) => {
      const { session } = listener;
      listener.commit(listener.speak());
      listener.answer('answer');
      session.cover?.('other', COVER);
      listener.onEvent = (event) => {
        if (event.type === 'generation.words') session.cover?.('answer', COVER);
      };
      await listener.ended('answer');
      session.cover?.('answer', COVER);
      await listener.fence();
      expect(listener.text('answer')).toBe(await uncovered(listener.trial));
    });

    engineIt('tells nothing more once it is cancelled', async (listener) => {
      listener.answer('answer');
      listener.session.cover?.('answer', COVER);
      listener.session.cancel('answer');
      const told = listener.events.length;
      listener.session.cover?.('answer', COVER);
      await listener.fence();
      expect(listener.events.length).toBe(told);
    });
  });
}

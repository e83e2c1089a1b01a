import { describe, expect, it } from 'vitest';
import { TestSession } from './testing/index.ts';

const NOISES = { listeningNoises: ['Mm-hmm.', 'I see.'], listeningAfterMs: 3_000 };

/** A caller who has told a story for this long, and pauses. */
function story(ms: number, config: ConstructorParameters<typeof TestSession>[1] = NOISES) {
  const test = new TestSession({}, config);
  test.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : 'Done.');
  test.hear(400);
  test.detectors.detector.start();
  test.hear(ms);
  test.detectors.detector.pause();
  return test;
}

const kinds = (test: TestSession): string[] =>
  test.channel.of('generation.started').map(({ kind }) => kind);

describe('an agent that makes listening noises', () => {
  it('makes one in a pause of a long story, and the caller keeps the floor', () => {
    const test = story(3_200);
    expect(kinds(test)).toEqual(['backchannel']);
    test.hear(200);
    test.detectors.detector.resume();
    test.hear(1_000);
    expect(test.channel.turnStates()).toEqual([]);
    test.detectors.detector.pause();
    test.hear(400);
    test.detectors.detector.stop();
    test.hear(1_000);
    expect(kinds(test)).toEqual(['backchannel', 'answer']);
  });

  it('makes the next one as much later, in other words', () => {
    const test = story(3_200);
    test.hear(300);
    test.detectors.detector.resume();
    test.hear(3_000);
    test.detectors.detector.pause();
    const said = test.session.control.items().map((item) => item.kind === 'message' && item.text);
    expect(said).toEqual(['Mm-hmm.', 'I see.']);
  });

  it('answers a turn that ends while the noise is being made, once it is', () => {
    const test = new TestSession({}, NOISES);
    test.hear(400);
    test.detectors.detector.start();
    test.hear(3_200);
    test.detectors.detector.pause();
    test.detectors.detector.stop();
    expect(kinds(test)).toEqual(['backchannel']);
    test.engine.session.end();
    expect(kinds(test)).toEqual(['backchannel', 'answer']);
  });

  it.each([
    ['before the story is long', 2_000, NOISES],
    ['when it only listens', 5_000, {}],
    ['when it answers in text', 5_000, { ...NOISES, modality: 'text' as const }],
  ])('makes none %s', (_when, ms, config) => {
    expect(kinds(story(ms, config))).toEqual([]);
  });

  it('makes none where the turn may be over in a moment', () => {
    const test = new TestSession(
      {},
      {
        ...NOISES,
        turnDetection: {
          mode: 'semantic',
          threshold: 0.5,
          prefixPaddingMs: 300,
          silenceDurationMs: 4_000,
          createsResponse: true,
          interruptsResponse: true,
        },
      },
    );
    test.hear(400);
    test.detectors.detector.start();
    test.hear(3_200);
    const { itemId } = test.engine.session.turns.at(-1)!;
    test.engine.session.emit({
      type: 'transcript',
      itemId,
      text: 'that is all',
      isFinal: false,
      endOfTurn: 0.9,
    });
    test.detectors.detector.pause();
    expect(kinds(test)).toEqual([]);
  });
});

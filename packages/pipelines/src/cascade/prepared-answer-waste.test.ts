import { describe, expect, it } from 'vitest';
import { fakeText } from '../testing/index.ts';
import type { FakeStep } from '../testing/index.ts';
import { CascadeFixture, FIXTURE_CONFIG, FIXTURE_FRAME, settle } from './cascade-fixture.ts';
import type { FixtureOptions } from './cascade-fixture.ts';
import { PausedFixture, SAID } from './paused-fixture.ts';

function write(...deltas: string[]): FakeStep[] {
  return deltas.map((delta) => ({ type: 'text', delta }));
}

describe('an answer made ready is thrown away', () => {
  const slow: FixtureOptions = {
    answers: [
      [
        { type: 'wait', ms: 40 },
        ...write('It has shipped. It'),
        { type: 'wait', ms: 60 },
        ...write(' comes Monday. Good'),
        { type: 'hang' },
      ],
    ],
    voice: { delayMs: 50, chunkMs: 50 },
  };
  const ways: Readonly<Record<string, (fixture: PausedFixture) => void>> = {
    discardAnswer: ({ caller }) => caller.session.discardAnswer(),
    dropTurn: ({ caller }) => caller.session.dropTurn('turn'),
    'another turn': ({ caller }) => caller.session.beginTurn('next'),
    'a text to be said': ({ caller }) => caller.say('said', 'Hm.'),
    'a cancelled answer': ({ caller }) => {
      caller.answer('a');
      caller.session.cancel('a');
    },
    close: ({ caller }) => caller.session.close(),
  };

  for (const [way, throwAway] of Object.entries(ways)) {
    it.each([0, 20, 60, 100, 140, 200, 400])(
      `by ${way} %i ms later, and nothing is left of it`,
      async (ms) => {
        const fixture = await PausedFixture.open(slow);
        await fixture.pass(ms);
        const spoken = fixture.tts.syntheses.slice();
        throwAway(fixture);
        await settle();
        expect(fixture.lm.requests[0]?.signal.aborted).toBe(true);
        expect(fixture.lm.active).toBe(0);
        expect(spoken.every((text) => text.isOver || text.isCancelled)).toBe(true);
        expect(fixture.outcomes).toEqual(['prepared', 'discarded']);
        fixture.caller.session.close();
        expect(fixture.held).toBe(0);
      },
    );
  }

  it('by the next one, whose turn it then is', async () => {
    const fixture = await PausedFixture.open({ answers: [fakeText('One.'), fakeText('Two.')] });
    fixture.caller.session.prepareAnswer('turn', FIXTURE_CONFIG);
    fixture.commit();
    fixture.caller.answer('a');
    await settle();
    expect(fixture.caller.words).toBe('Two.');
    expect(fixture.outcomes).toEqual(['prepared', 'discarded', 'prepared', 'adopted']);
  });

  it('with the audio that was made by then', async () => {
    const fixture = await PausedFixture.open(slow);
    await fixture.pass(160);
    fixture.caller.session.discardAnswer();
    expect(fixture.speculation[1]).toEqual({ kind: 'discarded', wastedAudioMs: 100 });
  });

  it('while it waits for the transcript, when the generation is cancelled', async () => {
    const fixture = await PausedFixture.open({
      ...slow,
      turns: [{ partials: [SAID], isStuck: true }],
    });
    fixture.commit();
    fixture.caller.answer('a');
    await fixture.pass(20);
    expect(fixture.outcomes).toEqual(['prepared']);
    fixture.caller.session.cancel('a');
    await settle();
    expect(fixture.outcomes).toEqual(['prepared', 'discarded']);
    expect(fixture.lm.active).toBe(0);
  });
});

describe('while the caller pauses and the recogniser trails behind', () => {
  /** One of the partials before the pause, the others in it. */
  async function trailing(...partials: string[]): Promise<PausedFixture> {
    const fixture = await PausedFixture.open({
      turns: [{ text: SAID, partials }],
      answers: ({ history }) => {
        const last = history.at(-1);
        return fakeText(`You said ${last?.kind === 'message' ? last.text : 'nothing'}.`);
      },
    });
    for (let frame = 1; frame < partials.length; frame += 1) {
      fixture.caller.session.hear(FIXTURE_FRAME);
      await settle();
    }
    return fixture;
  }

  it('the answer is made ready anew for more words, and not for the same ones', async () => {
    const fixture = await trailing('where', SAID, `${SAID}?`);
    expect(fixture.outcomes).toEqual(['prepared', 'discarded', 'prepared']);
    fixture.commit();
    fixture.caller.answer('a');
    await settle();
    expect(fixture.caller.words).toBe(`You said ${SAID}.`);
    expect(fixture.lm.requests).toHaveLength(2);
    expect(fixture.outcomes.at(-1)).toBe('adopted');
  });

  it('the answer is made ready when the first words come', async () => {
    const fixture = await trailing('', SAID);
    expect(fixture.outcomes).toEqual(['prepared']);
  });

  it('no more than three answers are made ready in a pause', async () => {
    const fixture = await trailing('a', 'b', 'c', 'd', 'e');
    expect(fixture.outcomes.filter((kind) => kind === 'prepared')).toHaveLength(3);
    expect(fixture.outcomes.at(-1)).toBe('discarded');
    expect(fixture.lm.active).toBe(0);
    fixture.caller.session.prepareAnswer('turn', FIXTURE_CONFIG);
    expect(fixture.outcomes.at(-1)).toBe('prepared');
  });

  it('nothing is made ready for words that come when the voice has gone on', async () => {
    const fixture = await PausedFixture.open({
      turns: [{ text: SAID, partials: ['where', SAID] }],
    });
    fixture.caller.session.discardAnswer();
    fixture.caller.session.hear(FIXTURE_FRAME);
    await settle();
    expect(fixture.caller.of('transcript')).toHaveLength(2);
    expect(fixture.outcomes).toEqual(['prepared', 'discarded']);
  });

  it('nothing is made ready for words that come when the answer was asked for', async () => {
    const fixture = await PausedFixture.open({ turns: [{ partials: ['where'], isStuck: true }] });
    fixture.commit();
    fixture.caller.answer('a');
    fixture.stt.recognitions[0]?.events.onPartial({ text: SAID });
    await settle();
    expect(fixture.outcomes).toEqual(['prepared']);
    fixture.caller.session.cancel('a');
    fixture.stt.recognitions[0]?.events.onPartial({ text: `${SAID} please` });
    await settle();
    expect(fixture.caller.of('transcript')).toHaveLength(3);
    expect(fixture.outcomes).toEqual(['prepared', 'discarded']);
    fixture.caller.session.close();
    expect(fixture.held).toBe(0);
  });
});

describe('no answer is made ready', () => {
  it.each([
    ['nothing was heard yet', { turns: [{ text: SAID }] }],
    ['only blanks were heard', { turns: [{ partials: ['  '], text: SAID }] }],
    ['the engine is told not to', { speculates: false }],
  ])('where %s', async (_why, options) => {
    const fixture = await PausedFixture.open(options);
    expect(fixture.lm.requests).toEqual([]);
    expect(fixture.speculation).toEqual([]);
    fixture.commit();
    fixture.caller.answer('a');
    await settle();
    expect(fixture.caller.words).toBe('It has shipped.');
  });

  it('while a generation is under way', async () => {
    const fixture = new CascadeFixture({ turns: [{ partials: [SAID] }] });
    const { caller } = fixture;
    caller.answer('a');
    caller.session.beginTurn('turn');
    caller.session.hear(FIXTURE_FRAME);
    caller.session.prepareAnswer('turn', FIXTURE_CONFIG);
    await settle();
    expect(fixture.lm.requests).toHaveLength(1);
    caller.session.prepareAnswer('turn', FIXTURE_CONFIG);
    await settle();
    expect(fixture.lm.requests).toHaveLength(2);
    expect(fixture.speculation).toEqual([{ kind: 'prepared' }]);
  });
});
describe('a failure while an answer is made ready', () => {
  const good = fakeText('It has shipped.');
  const error = new Error('busy');

  it.each<[string, readonly FakeStep[]]>([
    ['fails at once', [{ type: 'throw', error }]],
    ['fails after a sentence', [...write('It is. It'), { type: 'throw', error }]],
    ['fails with pieces that wait', [...write('It is. It was. It'), { type: 'throw', error }]],
    ['breaks off', write('It')],
    ['writes nothing', [{ type: 'hang', isDeaf: true }]],
  ])('is not told: the model %s', async (_how, steps) => {
    const fixture = await PausedFixture.open({
      answers: [steps, good],
      timeouts: { firstTokenMs: 50 },
    });
    await fixture.pass(100);
    fixture.commit();
    fixture.caller.answer('a');
    await fixture.pass(100);
    expect(fixture.caller.words).toBe('It has shipped.');
    expect(fixture.caller.of('generation.ended')).toMatchObject([{ outcome: 'completed' }]);
    expect(fixture.faults).toEqual([]);
    expect(fixture.outcomes).toEqual(['prepared', 'discarded']);
    expect(fixture.clock.pending).toBe(0);
  });

  it('is not told: the synthesizer fails', async () => {
    let hasFailed = false;
    const failsOn = () => {
      if (hasFailed) return null;
      hasFailed = true;
      return error;
    };
    const fixture = await PausedFixture.open({ answers: [good], voice: { failsOn } });
    fixture.commit();
    fixture.caller.answer('a');
    await settle();
    expect(fixture.caller.of('generation.ended')).toMatchObject([{ outcome: 'completed' }]);
    expect(fixture.lm.requests).toHaveLength(2);
    expect(fixture.held).toBe(0);
  });

  it('is told when it comes after the answer was taken over', async () => {
    const wait: FakeStep = { type: 'wait', ms: 100 };
    const steps: FakeStep[] = [...write('It has. It'), wait, { type: 'throw', error }];
    const fixture = await PausedFixture.open({ answers: [steps] });
    fixture.commit();
    fixture.caller.answer('a');
    await fixture.pass(100);
    expect(fixture.caller.words).toBe('It has.');
    expect(fixture.caller.of('generation.ended')).toMatchObject([
      { generationId: 'a', outcome: 'failed' },
    ]);
  });

  it('gives up an answer in writing that does not end', async () => {
    const endless = Array.from({ length: 3000 }, (): FakeStep => ({ type: 'text', delta: 'a ' }));
    const config = { ...FIXTURE_CONFIG, modality: 'text' as const };
    const fixture = await PausedFixture.open({ answers: [endless, good] }, config);
    await fixture.pass(0);
    expect(fixture.lm.requests[0]?.signal.aborted).toBe(true);
    expect(fixture.speculation.at(-1)).toEqual({ kind: 'discarded', wastedAudioMs: 0 });
    fixture.commit();
    fixture.caller.answer('a', {}, config);
    await settle();
    expect(fixture.caller.text).toBe('It has shipped.');
    expect(fixture.speculation).toHaveLength(2);
  });
});

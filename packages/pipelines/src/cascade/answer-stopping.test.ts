import { describe, expect, it } from 'vitest';
import { PipelineError } from '../pipeline-error.ts';
import { FAKE_END, fakeText } from '../testing/index.ts';
import type { FakeStep } from '../testing/index.ts';
import { CascadeFixture, settle } from './cascade-fixture.ts';

const usage = {
  inputTextTokens: 7,
  inputAudioTokens: 0,
  outputTextTokens: 3,
  outputAudioTokens: 0,
};
const call: FakeStep = { type: 'toolCall', callId: '1', name: 'lookup_order', arguments: '{}' };

function write(...deltas: string[]): FakeStep[] {
  return deltas.map((delta) => ({ type: 'text', delta }));
}

function wait(ms: number): FakeStep {
  return { type: 'wait', ms };
}

describe('a failing answer', () => {
  const secret = new Error('the caller said "swordfish"');

  async function failing(answer: readonly FakeStep[], ms = 0): Promise<CascadeFixture> {
    const timeouts = { firstTokenMs: 300, tokenGapMs: 200, firstAudioMs: 250, audioGapMs: 250 };
    const fixture = new CascadeFixture({ answers: [answer], timeouts });
    fixture.caller.answer('a');
    await fixture.pass(ms);
    return fixture;
  }

  function errorsOf({ caller }: CascadeFixture): unknown[] {
    return caller.of('generation.ended').map(({ outcome, error }) => [outcome, error?.code]);
  }

  it('ends without the words of a foreign error', async () => {
    const fixture = await failing([{ type: 'throw', error: secret }]);
    expect(fixture.caller.of('generation.ended')).toMatchObject([
      { outcome: 'failed', error: { code: 'provider_failed', message: 'fake-model failed' } },
    ]);
  });

  it('keeps the code and the message of an error of its own', async () => {
    const error = new PipelineError('queue_full', 'Every model is busy.');
    const fixture = await failing([{ type: 'throw', error }]);
    expect(fixture.caller.of('generation.ended')).toMatchObject([
      { error: { code: 'queue_full', message: 'Every model is busy.' } },
    ]);
  });

  it('speaks the sentences that were whole when the model failed, and no more', async () => {
    const fixture = await failing([
      ...write('It has shipped. It com'),
      { type: 'throw', error: secret },
    ]);
    expect(fixture.caller.words).toBe('It has shipped.');
    expect(fixture.caller.audioMs).toBe(150);
    expect(errorsOf(fixture)).toEqual([['failed', 'provider_failed']]);
  });

  it('fails when the model breaks off without an end', async () => {
    expect(errorsOf(await failing(write('It has')))).toEqual([['failed', 'provider_failed']]);
  });

  it.each([false, true])('fails when no first token comes; model deaf: %s', async (isDeaf) => {
    const fixture = await failing([{ type: 'hang', isDeaf }], 290);
    expect(errorsOf(fixture)).toEqual([]);
    await fixture.pass(10);
    expect(errorsOf(fixture)).toEqual([['failed', 'provider_timeout']]);
    expect(fixture.lm.requests[0]?.signal.aborted).toBe(true);
    expect(fixture.clock.pending).toBe(0);
  });

  it('fails when the model falls silent, counted from its last token', async () => {
    const steps = [...write('It'), wait(190), ...write(' has'), { type: 'hang' } as const];
    const fixture = await failing(steps, 380);
    expect(errorsOf(fixture)).toEqual([]);
    await fixture.pass(10);
    expect(errorsOf(fixture)).toEqual([['failed', 'provider_timeout']]);
  });

  it('does not blame the model for the time in which it was not read', async () => {
    const fixture = new CascadeFixture({
      answers: [fakeText('Yes. '.repeat(30))],
      voice: { delayMs: 240 },
      timeouts: { tokenGapMs: 200 },
    });
    fixture.caller.answer('a');
    await fixture.pass(30 * 240);
    expect(errorsOf(fixture)).toEqual([['completed', undefined]]);
  });

  it('ends at once when the synthesizer fails; the audio before stays', async () => {
    const fixture = new CascadeFixture({
      answers: [[...write('One. Two. Three. '), { type: 'hang' }]],
      voice: { failsOn: (text) => (text === 'Two.' ? secret : null) },
    });
    fixture.caller.answer('a');
    await settle();
    expect(fixture.caller.words).toBe('One. Two.');
    expect(fixture.caller.of('generation.ended')).toMatchObject([
      { outcome: 'failed', error: { message: 'fake-synthesizer failed' } },
    ]);
    expect(fixture.tts.syntheses).toHaveLength(2);
    expect(fixture.lm.active).toBe(0);
    expect(fixture.clock.pending).toBe(0);
  });

  it('still counts the tokens when the synthesizer fails after the model has ended', async () => {
    const fixture = new CascadeFixture({
      answers: [[...write('One.'), { type: 'end', finish: 'stop', usage }]],
      voice: { failsOn: () => secret },
    });
    fixture.caller.answer('a');
    await settle();
    expect(fixture.caller.of('generation.ended')).toMatchObject([{ outcome: 'failed', usage }]);
  });

  it('fails when the synthesizer throws', async () => {
    const fixture = new CascadeFixture();
    fixture.tts.synthesize = () => {
      throw new PipelineError('unknown_voice', 'No voice fake-voice.');
    };
    fixture.caller.answer('a');
    await settle();
    expect(errorsOf(fixture)).toEqual([['failed', 'unknown_voice']]);
  });

  it('fails when the synthesizer falls silent', async () => {
    const fixture = new CascadeFixture({
      voice: { isStuckOn: () => true },
      timeouts: { firstAudioMs: 250, audioGapMs: 250 },
    });
    fixture.caller.say('a', 'One moment.');
    await fixture.pass(240);
    expect(errorsOf(fixture)).toEqual([]);
    await fixture.pass(10);
    expect(errorsOf(fixture)).toEqual([['failed', 'provider_timeout']]);
    expect(fixture.tts.syntheses[0]?.isCancelled).toBe(true);
  });
});

describe('a cancelled answer', () => {
  const answer = [wait(50), ...write('One. Two.'), wait(50), ...write(' Three.'), call, FAKE_END];

  it.each([0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220])(
    'is silent from then on, %i ms after it was asked for',
    async (ms) => {
      const fixture = new CascadeFixture({
        answers: [answer, fakeText('Next.')],
        turns: [{ text: 'hello', delayMs: 30 }],
        voice: { delayMs: 20, chunkMs: 20 },
      });
      const { caller } = fixture;
      caller.turn('turn');
      caller.answer('a');
      await fixture.pass(ms);
      expect(caller.of('generation.ended')).toEqual([]);
      caller.session.cancel('a');
      const told = caller.events.length;
      await fixture.pass(400);
      expect(caller.events.slice(told).every((event) => event.type === 'transcript')).toBe(true);
      expect(caller.of('transcript')).toHaveLength(1);
      expect(fixture.lm.active).toBe(0);
      expect(fixture.tts.syntheses.every((each) => each.isOver || each.isCancelled)).toBe(true);
      expect(fixture.clock.pending).toBe(0);
    },
  );

  it('ignores what its providers still call', async () => {
    const fixture = new CascadeFixture({
      answers: [[...write('One. '), { type: 'hang' }]],
      voice: { isStuckOn: () => true },
    });
    const { caller } = fixture;
    caller.answer('a');
    await settle();
    caller.session.cancel('a');
    const told = caller.events.length;
    const [late] = fixture.tts.syntheses;
    late?.events.onWords([{ text: 'One.', startMs: 0, endMs: 10 }]);
    late?.events.onAudio(new Int16Array(240), 24000);
    late?.events.onError(new Error('late'));
    late?.events.onEnd();
    await settle();
    expect(caller.events).toHaveLength(told);
  });

  it('ignores a model that writes on', async () => {
    const fixture = new CascadeFixture({ answers: [[...write('One. Two. '), wait(50)]] });
    const answerOf = fixture.lm.answer.bind(fixture.lm);
    fixture.lm.answer = (request) => answerOf({ ...request, signal: new AbortController().signal });
    const { caller } = fixture;
    caller.onEvent = (event) => {
      if (event.type === 'generation.text') caller.session.cancel('a');
    };
    caller.answer('a');
    await fixture.pass(100);
    expect(caller.events.at(-1)?.type).toBe('generation.text');
    expect(caller.of('generation.text')).toHaveLength(1);
    expect(fixture.clock.pending).toBe(0);
  });

  it('is replaced by the next one when nobody cancelled it', async () => {
    const fixture = new CascadeFixture({
      answers: [[...write('One. '), wait(50), ...write('More.'), FAKE_END], fakeText('Two.')],
    });
    const { caller } = fixture;
    caller.answer('a');
    await settle();
    const told = caller.events.length;
    caller.answer('b');
    await fixture.pass(100);
    const after = caller.events.slice(told);
    expect(after.every((event) => event.type !== 'transcript' && event.generationId === 'b')).toBe(
      true,
    );
    expect(caller.of('generation.ended')).toMatchObject([{ generationId: 'b' }]);
  });
});

import { describe, expect, it } from 'vitest';
import { PipelineError } from '../pipeline-error.ts';
import { FAKE_END, fakeText } from '../testing/fake-language-model.ts';
import type { FakeStep } from '../testing/fake-language-model.ts';
import { CascadeFixture, FIXTURE_CONFIG, settle } from './cascade-fixture.ts';
import type { CascadeCaller } from './cascade-fixture.ts';

const usage = {
  inputTextTokens: 7,
  inputAudioTokens: 0,
  outputTextTokens: 3,
  outputAudioTokens: 0,
};

function write(...deltas: string[]): FakeStep[] {
  return deltas.map((delta) => ({ type: 'text', delta }));
}

function wait(ms: number): FakeStep {
  return { type: 'wait', ms };
}

function call(callId: string): FakeStep {
  return { type: 'toolCall', callId, name: 'lookup_order', arguments: '{}' };
}

function typesOf({ events }: CascadeCaller): string[] {
  return events.map((event) => (event.type === 'generation.mark' ? event.mark : event.type));
}

function marksOf(caller: CascadeCaller): Record<string, number> {
  const marks = caller.of('generation.mark').map(({ mark, atMs }) => [mark, atMs - 1_000_000]);
  return Object.fromEntries(marks) as Record<string, number>;
}

describe('a spoken answer', () => {
  it('sounds before the model has written it all', async () => {
    const { caller, ...fixture } = fixtureOf([
      ...write('It', ' has', ' shipped.', ' It'),
      wait(500),
      ...write(' comes Monday.'),
      FAKE_END,
    ]);
    caller.answer('a');
    await settle();
    expect(caller.text).toBe('It has shipped. It');
    expect(caller.words).toBe('It has shipped.');
    expect(caller.audioMs).toBe(150);
    await fixture.pass(500);
    expect(caller.words).toBe('It has shipped. It comes Monday.');
    expect(caller.of('generation.ended')).toHaveLength(1);
  });

  it('marks each step at its instant', async () => {
    const fixture = new CascadeFixture({
      answers: [[wait(100), ...write('It has'), wait(50), ...write(' shipped. '), FAKE_END]],
      voice: { delayMs: 30, chunkMs: 1000 },
    });
    fixture.caller.answer('a');
    await fixture.pass(300);
    expect(marksOf(fixture.caller)).toEqual({
      transcriptReady: 0,
      firstToken: 100,
      firstSentence: 150,
      firstByte: 180,
    });
    expect(typesOf(fixture.caller)).toEqual([
      'transcriptReady',
      'firstToken',
      'generation.text',
      'generation.text',
      'firstSentence',
      'generation.words',
      'firstByte',
      'generation.audio',
      'generation.ended',
    ]);
  });

  it('has the words of its text, at times that go on from piece to piece', async () => {
    const text = 'No. I see order 4471, which costs $19.99, at 4 p.m. Is that it?';
    const { caller, tts } = fixtureOf(fakeText(text), { msPerCharacter: 7, sampleRate: 8000 });
    caller.answer('a');
    await settle();
    expect(caller.words).toBe(text);
    const pieces = tts.syntheses.map((synthesis) => synthesis.request.text);
    expect(pieces).toEqual([
      'No.',
      'I see order 4471, which costs $19.99, at 4 p.m.',
      'Is that it?',
    ]);
    const starts = caller.of('generation.words').map((event) => event.words[0]?.startMs);
    expect(starts).toEqual([0, 3 * 7, (3 + (pieces[1]?.length ?? 0)) * 7]);
  });

  it('keeps sample-exact times when pieces are no whole milliseconds long', async () => {
    const { caller } = fixtureOf(fakeText('One. Two. Three.'), { msPerCharacter: 1.0625 });
    caller.answer('a');
    await settle();
    const samples = caller
      .of('generation.audio')
      .slice(0, 2)
      .map((event) => event.pcm.length);
    const startMs = ((samples[0] ?? 0) + (samples[1] ?? 0)) / 24;
    expect(caller.of('generation.words')[2]?.words[0]?.startMs).toBe(startMs);
  });

  it('speaks with the voice and at the speed of the session', async () => {
    const fixture = new CascadeFixture();
    fixture.caller.answer('a', {}, { ...FIXTURE_CONFIG, voice: 'other-voice', speed: 1.25 });
    await settle();
    expect(fixture.tts.syntheses[0]?.request).toEqual({
      text: 'It has shipped.',
      voice: 'other-voice',
      speed: 1.25,
    });
  });

  it('synthesizes one piece after the other', async () => {
    const fixture = new CascadeFixture({
      answers: [fakeText('One. Two. Three.')],
      voice: { delayMs: 100 },
    });
    fixture.caller.answer('a');
    await fixture.pass(90);
    expect(fixture.tts.syntheses).toHaveLength(1);
    await fixture.pass(10);
    expect(fixture.tts.syntheses.map((synthesis) => synthesis.isOver)).toEqual([true, false]);
  });

  it('holds the model back while more pieces wait than the synthesizer can take', async () => {
    const text = 'Yes. '.repeat(50);
    const fixture = new CascadeFixture({ answers: [fakeText(text)], voice: { delayMs: 100 } });
    const { caller } = fixture;
    caller.answer('a');
    await settle();
    expect(caller.text.length).toBeLessThan(text.length / 2);
    await fixture.pass(6000);
    expect(caller.words).toBe(text.trim());
  });

  it('makes audio no further ahead than half a minute', async () => {
    const fixture = new CascadeFixture({
      answers: [fakeText('Twenty letters long. '.repeat(8))],
      voice: { msPerCharacter: 500 },
    });
    const { caller } = fixture;
    caller.answer('a');
    await settle();
    expect(caller.audioMs).toBe(40_000);
    await fixture.pass(10_000);
    expect(caller.audioMs).toBe(40_000);
    await fixture.pass(10);
    expect(caller.audioMs).toBe(50_000);
    caller.session.cancel('a');
    expect(fixture.clock.pending).toBe(0);
  });

  it('passes marks without a letter over, but keeps them in the text', async () => {
    const { caller, tts } = fixtureOf(fakeText('All done. ** !'));
    caller.answer('a');
    await settle();
    expect(tts.syntheses).toHaveLength(1);
    expect(caller.words).toBe('All done. ** !');
    expect(caller.of('generation.words')[1]?.words).toEqual([
      { text: '**', startMs: 90, endMs: 90 },
      { text: '!', startMs: 90, endMs: 90 },
    ]);
  });

  it('is incomplete when the model ran out of tokens, and is spoken to its last word', async () => {
    const { caller } = fixtureOf([...write('It has sh'), { type: 'end', finish: 'length', usage }]);
    caller.answer('a');
    await settle();
    expect(caller.words).toBe('It has sh');
    expect(caller.of('generation.ended')).toEqual([
      { type: 'generation.ended', generationId: 'a', outcome: 'incomplete', usage },
    ]);
  });

  it('may be nothing at all', async () => {
    const { caller } = fixtureOf([...write(' ', '\n'), FAKE_END]);
    caller.answer('a');
    await settle();
    expect(caller.of('generation.text')).toEqual([]);
    expect(caller.of('generation.ended')).toMatchObject([{ outcome: 'completed' }]);
  });

  it('goes on with a synthesizer that answers before it returns', async () => {
    const { caller, tts } = fixtureOf(fakeText('One. Two. Three.'));
    tts.synthesize = (request, events) => {
      events.onWords([{ text: request.text, startMs: 0, endMs: 1 }]);
      events.onAudio(new Int16Array(24), 24000);
      events.onEnd();
      return { cancel: () => {} };
    };
    caller.answer('a');
    await settle();
    expect(caller.words).toBe('One. Two. Three.');
    expect(caller.of('generation.words').map((event) => event.words[0]?.startMs)).toEqual([
      0, 1, 2,
    ]);
  });
});

describe('a request to the model', () => {
  it('is what the session is configured to', async () => {
    const { caller, lm } = fixtureOf(fakeText('Yes.'));
    caller.answer('a');
    await settle();
    const { instructions, tools, toolChoice, maxOutputTokens } = FIXTURE_CONFIG;
    const expected = { sessionId: 'session-a', instructions, tools, toolChoice, maxOutputTokens };
    expect(lm.requests[0]).toMatchObject(expected);
  });

  it('is overridden by the options of the answer', async () => {
    const { caller, lm } = fixtureOf(fakeText('Yes.'));
    const options = {
      instructions: 'Shout.',
      tools: [],
      toolChoice: 'none',
      maxOutputTokens: null,
    } as const;
    caller.answer('a', options, { ...FIXTURE_CONFIG, maxOutputTokens: 9 });
    await settle();
    expect(lm.requests[0]).toMatchObject(options);
  });
});

describe('tool calls', () => {
  it('come when the audio before them is complete', async () => {
    const fixture = new CascadeFixture({
      answers: [[...write('Let me see'), call('1'), call('2'), FAKE_END]],
      voice: { delayMs: 50, chunkMs: 50 },
    });
    const { caller } = fixture;
    caller.answer('a');
    await fixture.pass(90);
    expect(caller.of('generation.toolCall')).toEqual([]);
    await fixture.pass(10);
    expect(caller.words).toBe('Let me see');
    expect(caller.audioMs).toBe(100);
    expect(typesOf(caller).slice(-3)).toEqual([
      'generation.toolCall',
      'generation.toolCall',
      'generation.ended',
    ]);
    expect(caller.of('generation.toolCall').map((event) => event.callId)).toEqual(['1', '2']);
  });

  it('may come alone, and are then the first token', async () => {
    const { caller } = fixtureOf([...write('\n'), call('1'), FAKE_END]);
    caller.answer('a');
    await settle();
    expect(typesOf(caller)).toEqual([
      'transcriptReady',
      'firstToken',
      'generation.toolCall',
      'generation.ended',
    ]);
  });

  it('are the last of an answer: text after them is not spoken', async () => {
    const { caller } = fixtureOf([...write('Wait.'), call('1'), ...write('Hm.'), FAKE_END]);
    caller.answer('a');
    await settle();
    expect(caller.text).toBe('Wait.');
    expect(caller.of('generation.ended')).toMatchObject([{ outcome: 'completed' }]);
  });
});

describe('a failing answer', () => {
  const secret = new Error('the caller said "swordfish"');

  async function failing(answer: readonly FakeStep[], ms = 0): Promise<CascadeFixture> {
    const timeouts = { firstTokenMs: 300, tokenGapMs: 200, audioGapMs: 250 };
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
      timeouts: { audioGapMs: 250 },
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
  const answer = [
    wait(50),
    ...write('One. Two.'),
    wait(50),
    ...write(' Three.'),
    call('1'),
    FAKE_END,
  ];

  it.each([0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 280])(
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
    expect(typesOf(caller)).toEqual(['transcriptReady', 'firstToken', 'generation.text']);
    expect(fixture.clock.pending).toBe(0);
  });

  it('is replaced by the next one when nobody cancelled it', async () => {
    const fixture = new CascadeFixture({
      answers: [[...write('One. '), { type: 'hang' }], fakeText('Two.')],
    });
    const { caller } = fixture;
    caller.answer('a');
    await settle();
    const told = caller.events.length;
    caller.answer('b');
    await settle();
    const after = caller.events.slice(told);
    expect(after.every((event) => event.type !== 'transcript' && event.generationId === 'b')).toBe(
      true,
    );
    expect(caller.of('generation.ended')).toMatchObject([{ generationId: 'b' }]);
  });
});

function fixtureOf(answer: readonly FakeStep[], voice = {}): CascadeFixture {
  return new CascadeFixture({ answers: [answer], voice });
}

import { describe, expect, it } from 'vitest';
import { FAKE_END, fakeText } from '../testing/index.ts';
import type { FakeStep } from '../testing/index.ts';
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
    const fixture = fixtureOf([
      ...write('It', ' has', ' shipped.', ' It'),
      wait(500),
      ...write(' comes Monday.'),
      FAKE_END,
    ]);
    const { caller } = fixture;
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
      'generation.piece',
      'firstByte',
      'generation.audio',
      'generation.ended',
    ]);
  });

  it('tells of each piece when it was begun and when it first sounded', async () => {
    const fixture = new CascadeFixture({
      answers: [[...write('One. '), wait(100), ...write('Two. Three.'), FAKE_END]],
      voice: { delayMs: 30, chunkMs: 1000 },
    });
    fixture.caller.answer('a');
    await fixture.pass(400);
    const pieces = fixture.caller.of('generation.piece');
    expect(pieces.map(({ piece }) => piece)).toEqual([0, 1, 2]);
    expect(pieces.map(({ startedAtMs, firstByteAtMs }) => firstByteAtMs - startedAtMs)).toEqual([
      30, 30, 30,
    ]);
    expect(pieces[1]!.startedAtMs - pieces[0]!.startedAtMs).toBe(100);
    expect(pieces[2]!.startedAtMs).toBeGreaterThanOrEqual(pieces[1]!.firstByteAtMs);
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
    await fixture.pass(9_990);
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

function fixtureOf(answer: readonly FakeStep[], voice = {}): CascadeFixture {
  return new CascadeFixture({ answers: [answer], voice });
}

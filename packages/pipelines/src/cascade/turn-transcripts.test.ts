import { describe, expect, it } from 'vitest';
import { PipelineError } from '../pipeline-error.ts';
import type { FakeTurn } from '../testing/index.ts';
import { CascadeFixture, FIXTURE_FRAME, settle } from './cascade-fixture.ts';

function transcriptsOf({ caller }: CascadeFixture): [string, string, boolean][] {
  return caller.of('transcript').map(({ itemId, text, isFinal }) => [itemId, text, isFinal]);
}

async function heard(turn: FakeTurn, maxUnclear?: number): Promise<CascadeFixture> {
  const fixture = new CascadeFixture({
    turns: [turn],
    ...(maxUnclear !== undefined && { maxUnclear }),
  });
  fixture.caller.turn('a');
  await settle();
  return fixture;
}

describe('the transcript of a turn', () => {
  it('comes in parts, then once as a whole', async () => {
    const fixture = new CascadeFixture({
      turns: [{ text: ' where is my order ', partials: ['where', 'where', 'where is'] }],
    });
    const { session } = fixture.caller;
    session.beginTurn('a');
    for (let frame = 0; frame < 3; frame += 1) session.hear(FIXTURE_FRAME);
    session.commitTurn('a');
    expect(fixture.caller.of('transcript').some((event) => event.isFinal)).toBe(false);
    await settle();
    expect(transcriptsOf(fixture)).toEqual([
      ['a', 'where', false],
      ['a', 'where is', false],
      ['a', 'where is my order', true],
    ]);
  });

  it('tells in each part how likely the turn is over, also when only that has changed', async () => {
    const fixture = new CascadeFixture({
      turns: [
        {
          text: 'where is it',
          partials: [
            { text: 'where', endOfUtterance: 0.1 },
            { text: 'where is it', endOfUtterance: 0.4 },
            { text: 'where is it', endOfUtterance: 0.4 },
            { text: 'where is it', endOfUtterance: 0.9 },
            { text: 'where is it um', endOfUtterance: 0.9 },
            'where is it',
          ],
        },
      ],
    });
    const { session } = fixture.caller;
    session.beginTurn('a');
    for (let frame = 0; frame < 6; frame += 1) session.hear(FIXTURE_FRAME);
    session.commitTurn('a');
    await settle();
    expect(fixture.caller.of('transcript').map(({ endOfTurn }) => endOfTurn)).toEqual([
      0.1,
      0.4,
      0.9,
      0,
      undefined,
      undefined,
    ]);
  });

  it('has the digits counted that the agent asked for', async () => {
    const fixture = new CascadeFixture({
      turns: [{ partials: ['four', 'four four', 'four four seven', 'four four seven one'] }],
    });
    fixture.caller.items = [
      {
        kind: 'message',
        id: 'asked',
        speaker: 'agent',
        medium: 'audio',
        status: 'completed',
        text: 'What are the last four digits?',
        audioMs: 900,
      },
    ];
    fixture.caller.session.beginTurn('a');
    for (let frame = 0; frame < 4; frame += 1) fixture.caller.session.hear(FIXTURE_FRAME);
    expect(fixture.caller.of('transcript').map(({ endOfTurn }) => endOfTurn)).toEqual([0, 0, 0, 1]);
  });

  it('is empty when most of the speech was no known word', async () => {
    expect(transcriptsOf(await heard({ text: 'order', unclear: 0.6 }))).toEqual([['a', '', true]]);
    expect(transcriptsOf(await heard({ text: 'order', unclear: 0.5 }))).toEqual([
      ['a', 'order', true],
    ]);
    expect(transcriptsOf(await heard({ text: 'order', unclear: 0.5 }, 0.15))).toEqual([
      ['a', '', true],
    ]);
  });

  it('is empty when recognition fails, and the failure is told apart from it', async () => {
    const fixture = await heard({ error: new Error('heard "my secret" and broke') });
    expect(transcriptsOf(fixture)).toEqual([['a', '', true]]);
    expect(fixture.caller.of('transcript')[0]?.error?.code).toMatch(/^provider_/u);
    expect(fixture.faults.map((fault) => [fault.code, fault.message])).toEqual([
      ['provider_failed', 'fake-recogniser failed'],
    ]);
  });

  it('keeps the code of a failure that the provider has named', async () => {
    const fixture = await heard({
      error: new PipelineError('queue_full', 'No recogniser is free.'),
    });
    expect(fixture.faults.map((fault) => fault.code)).toEqual(['queue_full']);
  });

  it('is empty after the commit when recognition failed before it', async () => {
    const fixture = new CascadeFixture();
    fixture.caller.session.beginTurn('a');
    fixture.stt.recognitions[0]?.events.onError(new Error('lost'));
    fixture.stt.recognitions[0]?.events.onPartial({ text: 'late' });
    expect(transcriptsOf(fixture)).toEqual([]);
    fixture.caller.session.commitTurn('a');
    expect(transcriptsOf(fixture)).toEqual([]);
    await settle();
    expect(transcriptsOf(fixture)).toEqual([['a', '', true]]);
  });

  it('is empty when the recogniser takes too long, and what it says later is not heard', async () => {
    const fixture = new CascadeFixture({
      turns: [{ text: 'late', delayMs: 500 }],
      timeouts: { transcriptMs: 300 },
    });
    fixture.caller.turn('a');
    await fixture.pass(290);
    expect(transcriptsOf(fixture)).toEqual([]);
    await fixture.pass(10);
    expect(transcriptsOf(fixture)).toEqual([['a', '', true]]);
    expect(fixture.faults.map((fault) => fault.code)).toEqual(['provider_timeout']);
    fixture.stt.recognitions[0]?.events.onFinal({ text: 'late', unclear: 0 });
    fixture.stt.recognitions[0]?.events.onPartial({ text: 'late' });
    await fixture.pass(500);
    expect(transcriptsOf(fixture)).toHaveLength(1);
    expect(fixture.clock.pending).toBe(0);
  });

  it('comes once, whatever a recogniser repeats', async () => {
    const fixture = await heard({ text: 'yes' });
    const [recognition] = fixture.stt.recognitions;
    recognition?.events.onFinal({ text: 'no', unclear: 0 });
    recognition?.events.onError(new Error('again'));
    recognition?.events.onPartial({ text: 'maybe' });
    await settle();
    expect(transcriptsOf(fixture)).toEqual([['a', 'yes', true]]);
    expect(fixture.faults).toEqual([]);
  });

  it('is not told for a turn that was dropped, even after its commit', async () => {
    const fixture = new CascadeFixture({ turns: [{ text: 'nothing', delayMs: 50 }] });
    fixture.caller.turn('a');
    fixture.caller.session.dropTurn('a');
    fixture.stt.recognitions[0]?.events.onFinal({ text: 'nothing', unclear: 0 });
    await fixture.pass(100);
    expect(transcriptsOf(fixture)).toEqual([]);
    expect(fixture.stt.recognitions[0]?.isCancelled).toBe(true);
    expect(fixture.clock.pending).toBe(0);
  });

  it('is empty for turns that come faster than they can be recognised', async () => {
    const fixture = new CascadeFixture({ turns: [{ text: 'word', delayMs: 50 }] });
    for (let turn = 0; turn < 9; turn += 1) fixture.caller.turn(`turn-${turn}`);
    await fixture.pass(100);
    const texts = fixture.caller.of('transcript').map((event) => event.text);
    expect(texts.toSorted()).toEqual(['', ...Array<string>(8).fill('word')]);
    expect(fixture.faults.map((fault) => fault.code)).toEqual(['queue_full']);
  });

  it('is not owed by a turn that another one replaced unfinished', async () => {
    const fixture = new CascadeFixture();
    fixture.caller.session.beginTurn('a');
    fixture.caller.turn('b');
    fixture.caller.session.commitTurn('a');
    await settle();
    expect(transcriptsOf(fixture).map(([itemId]) => itemId)).toEqual(['b']);
    expect(fixture.stt.recognitions[0]?.isCancelled).toBe(true);
  });
});

describe('an answer', () => {
  it('waits for the transcripts of all turns before it reads the history', async () => {
    const fixture = new CascadeFixture({
      turns: [
        { text: 'one', delayMs: 50 },
        { text: 'two', delayMs: 100 },
      ],
    });
    fixture.caller.turn('a');
    fixture.caller.turn('b');
    fixture.caller.answer('answer');
    await fixture.pass(90);
    expect(fixture.lm.requests).toEqual([]);
    fixture.caller.items = [
      {
        kind: 'message',
        id: 'b',
        speaker: 'caller',
        medium: 'audio',
        status: 'completed',
        text: 'two',
        audioMs: 20,
      },
    ];
    await fixture.pass(20);
    expect(fixture.lm.requests[0]?.history).toBe(fixture.caller.items);
    const [mark] = fixture.caller.of('generation.mark');
    expect(mark).toMatchObject({ mark: 'transcriptReady', atMs: 1_000_100 });
  });

  it('goes on when a transcript it waits for times out', async () => {
    const fixture = new CascadeFixture({
      turns: [{ isStuck: true }],
      timeouts: { transcriptMs: 200 },
    });
    fixture.caller.turn('a');
    fixture.caller.answer('answer');
    await fixture.pass(200);
    expect(fixture.caller.of('generation.ended')).toMatchObject([{ outcome: 'completed' }]);
  });

  it('does not wait for a transcript to say a given text', async () => {
    const fixture = new CascadeFixture({ turns: [{ isStuck: true }] });
    fixture.caller.turn('a');
    fixture.caller.say('said', 'One moment.');
    await settle();
    expect(fixture.caller.words).toBe('One moment.');
    expect(fixture.lm.requests).toEqual([]);
  });
});

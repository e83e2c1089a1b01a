import { afterEach, describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import { itemOf } from '../upstream/testing/conversation-fixture.ts';
import { RealtimeFixture } from './testing/realtime-fixture.ts';
import type { FixtureOptions } from './testing/realtime-fixture.ts';
import type { UpstreamScript } from './testing/upstream-script.ts';

/** 110 ms of the fake voice. */
const COVER = 'One moment.';
const COVER_MS = 110;
const ANSWER = 'It has shipped. Order 4471 comes on Friday.';
const ANSWER_MS = 430;

const open: RealtimeFixture[] = [];

afterEach(async () => {
  for (const fixture of open.splice(0)) {
    const codes = fixture.upstream.connections.flatMap(({ errors }) => errors);
    expect(codes.filter((code) => code !== 'response_cancel_not_active')).toEqual([]);
    await fixture.close();
    expect(fixture.clock.pending).toBe(0);
  }
});

/** A model that says nothing until it is let, and a caller who has said something and waits. */
async function asked(script: UpstreamScript = {}, options: FixtureOptions = {}) {
  let answer = () => {};
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const fixture = await RealtimeFixture.start({ step: () => mayAnswer, ...script }, options);
  open.push(fixture);
  await fixture.connected();
  fixture.turn('turn');
  fixture.answer('a');
  const { caller } = fixture;
  return {
    fixture,
    caller,
    answer,
    /** The cover is asked for, and all of it is told. */
    cover: async () => {
      caller.session.cover?.('a', COVER);
      await fixture.until(() => caller.audioMs >= COVER_MS);
    },
    isAsked: () => fixture.until(() => fixture.upstream.last.types.includes('response.create')),
    said: () => fixture.upstream.last.conversation.said,
  };
}

const marks = ({ caller }: RealtimeFixture): string[] =>
  caller.of('generation.mark').map(({ mark }) => mark);

describe('a cover before an answer of OpenaiRealtimeEngine', () => {
  it('is heard while the model is waited for, whose words lie after it', async () => {
    const { fixture, caller, cover, isAsked, answer, said } = await asked();
    await isAsked();
    await cover();
    expect(caller.text).toBe(COVER);
    expect(marks(fixture)).toEqual(['transcriptReady', 'firstSentence', 'firstByte']);
    answer();
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(caller.text).toBe(`${COVER} ${ANSWER}`);
    expect(caller.words).toBe(`${COVER} ${ANSWER}`);
    expect(caller.audioMs).toBe(COVER_MS + ANSWER_MS);
    expect(marks(fixture)).toContain('firstToken');
    const words = caller.of('generation.words').flatMap((event) => event.words);
    expect(words.map(({ startMs }) => startMs)).toEqual(
      words.map(({ startMs }) => startMs).toSorted((one, other) => one - other),
    );
    // All of the answer had gone on when it was aligned, so its words end with it.
    expect(words[2]).toMatchObject({ text: 'It', startMs: COVER_MS + ANSWER_MS });
    expect(said()).toEqual(['user: 200 ms', `assistant: ${ANSWER_MS} ms`]);
    const created = fixture.upstream.last.types.filter((type) => type.endsWith('item.create'));
    expect(created).toEqual([]);
  });

  it('is heard while a transcript is waited for, and is no past of the answer to it', async () => {
    let isWritten = false;
    const { fixture, caller, cover, answer, said } = await asked({
      sends: ({ type }) => isWritten || !type.includes('transcription'),
    });
    await cover();
    expect(fixture.upstream.last.types).not.toContain('response.create');
    isWritten = true;
    answer();
    await fixture.ended('a');
    expect(caller.text).toBe(`${COVER} ${ANSWER}`);
    expect(said()).toEqual(['user: 200 ms', `assistant: ${ANSWER_MS} ms`]);
  });

  it('is heard while there is no connection, before the failure', async () => {
    const { fixture, caller, cover } = await asked({ refuses: () => null });
    fixture.upstream.script = { refuses: () => ({ status: 503, code: 'server_error' }) };
    fixture.upstream.last.cut();
    await cover();
    expect((await fixture.ended('a')).outcome).toBe('failed');
    expect(caller.text).toBe(COVER);
  });

  it('goes before an answer that is asked for again, as its connection was lost', async () => {
    const { fixture, caller, cover, isAsked, said } = await asked();
    await isAsked();
    await cover();
    fixture.upstream.script = {};
    fixture.upstream.last.cut();
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(caller.text).toBe(`${COVER} ${ANSWER}`);
    expect(said().at(-1)).toBe(`assistant: ${ANSWER_MS} ms`);
    expect(said().join()).not.toContain(COVER);
  });

  it('is told in writing where it was all of the answer that was heard', async () => {
    const { fixture, caller, cover, isAsked, answer, said } = await asked();
    await isAsked();
    await cover();
    caller.session.cancel('a');
    fixture.change(itemOf('a'), { status: 'incomplete', text: 'One', audioMs: 40 });
    answer();
    fixture.turn('next');
    fixture.answer('b');
    await fixture.ended('b');
    expect(said()).toEqual([
      'user: 200 ms',
      'assistant: One',
      'user: 200 ms',
      `assistant: ${ANSWER_MS} ms`,
    ]);
  });

  it('is not counted where the answer after it is cut upstream', async () => {
    const { fixture, caller, cover, isAsked, answer, said } = await asked();
    await isAsked();
    await cover();
    answer();
    await fixture.until(() => caller.audioMs > COVER_MS + 200, 1);
    caller.session.cancel('a');
    const heard = { status: 'incomplete', text: `${COVER} It`, audioMs: COVER_MS + 90 } as const;
    fixture.change(itemOf('a'), heard);
    fixture.turn('next');
    fixture.answer('b');
    await fixture.ended('b');
    expect(said().slice(0, 3)).toEqual(['user: 200 ms', 'assistant: 90 ms', 'user: 200 ms']);
  });

  it('goes before a tool that the model calls without a word', async () => {
    const calls = [{ name: 'lookup_order', arguments: '{}' }];
    const { fixture, caller, cover, isAsked, answer } = await asked({ answer: () => ({ calls }) });
    await isAsked();
    await cover();
    answer();
    expect((await fixture.ended('a')).outcome).toBe('completed');
    const types = caller.events.map((event) =>
      event.type === 'generation.mark' ? event.mark : event.type,
    );
    expect(types.slice(-3)).toEqual(['firstToken', 'generation.toolCall', 'generation.ended']);
    expect(caller.text).toBe(COVER);
  });

  it('is left out where the answer is there before its first sound', async () => {
    const { fixture, caller, answer } = await asked({ step: async () => {} });
    await fixture.until(() => caller.audioMs > 0, 1);
    caller.session.cover?.('a', COVER);
    answer();
    await fixture.ended('a');
    expect(caller.text).toBe(ANSWER);
  });

  it('is not to be had where the model reads texts aloud itself', async () => {
    const { fixture, caller, answer } = await asked({}, { readsAloud: true });
    expect(caller.session.cover).toBeUndefined();
    answer();
    await fixture.ended('a');
  });

  it('leaves calls to tools in the conversation as they are', async () => {
    const { fixture, cover, isAsked, answer } = await asked();
    await isAsked();
    await cover();
    answer();
    await fixture.ended('a');
    fixture.turn('next');
    fixture.answer('b', FIXTURE_CONFIG);
    await fixture.ended('b');
    const { types } = fixture.upstream.last;
    expect(types.filter((type) => type.startsWith('conversation.item'))).toEqual([]);
  });
});

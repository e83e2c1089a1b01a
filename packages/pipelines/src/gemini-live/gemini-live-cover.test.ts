import { describe, expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import type { ConversationItem, SessionConfig } from '@antiphon/session';
import { itemOf, PLAIN_CONFIG } from '../upstream/testing/conversation-fixture.ts';
import type { GeminiFixture } from './testing/gemini-fixture.ts';
import { geminiTrials } from './testing/gemini-trials.ts';
import type { LiveScript } from './testing/live-script.ts';

/** 110 ms of the fake voice. */
const COVER = 'One moment.';
const COVER_MS = 110;
const ANSWER = 'It has shipped. Order 4471 comes on Friday.';
const ANSWER_MS = 430;

const start = geminiTrials();

/** A model that says nothing until it is let, and a caller who has said something and waits. */
async function asked(script: LiveScript = {}, config: SessionConfig = PLAIN_CONFIG) {
  let answer = () => {};
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const fixture = await start({ step: () => mayAnswer, ...script });
  await fixture.connected();
  fixture.turn('turn');
  fixture.answer('a', config);
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
  };
}

/** The caller's turn is written down. */
const written = (fixture: GeminiFixture): Promise<void> =>
  fixture.until(() => fixture.caller.of('transcript').some(({ isFinal }) => isFinal));

describe('a cover before an answer of GeminiLiveEngine', () => {
  it('is heard while the model is waited for, whose words lie after it', async () => {
    const { fixture, caller, cover, answer } = await asked();
    await written(fixture);
    await cover();
    expect(caller.text).toBe(COVER);
    answer();
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(caller.text).toBe(`${COVER} ${ANSWER}`);
    expect(caller.words).toBe(`${COVER} ${ANSWER}`);
    expect(caller.audioMs).toBe(COVER_MS + ANSWER_MS);
    const words = caller.of('generation.words').flatMap((event) => event.words);
    // All of the answer had gone on when it was aligned, so its words end with it.
    expect(words[2]).toMatchObject({ text: 'It', startMs: COVER_MS + ANSWER_MS });
  });

  it('is no reason for another connection', async () => {
    const { fixture, cover, answer } = await asked();
    await cover();
    answer();
    await fixture.ended('a');
    fixture.turn('next');
    fixture.answer('b');
    await fixture.ended('b');
    expect(fixture.upstream.connections).toHaveLength(1);
  });

  it('is heard while a transcript is waited for, and is no past of the answer to it', async () => {
    let write = () => {};
    const isWritten = new Promise<void>((resolve) => {
      write = resolve;
    });
    const { fixture, caller, cover, answer } = await asked({
      transcribe: () => isWritten.then(() => 'where is my order'),
    });
    await cover();
    expect(caller.of('transcript').some(({ isFinal }) => isFinal)).toBe(false);
    write();
    answer();
    await fixture.ended('a');
    expect(caller.text).toBe(`${COVER} ${ANSWER}`);
    expect(fixture.upstream.connections).toHaveLength(1);
  });

  it('goes before an answer that is asked for again, as its connection was lost', async () => {
    const { fixture, caller, cover } = await asked();
    await written(fixture);
    await cover();
    fixture.upstream.script = {};
    fixture.upstream.last.cut();
    expect((await fixture.ended('a')).outcome).toBe('completed');
    expect(caller.text).toBe(`${COVER} ${ANSWER}`);
    expect(fixture.said.join()).not.toContain(COVER);
  });

  it('is told in writing where it was all of the answer that was heard', async () => {
    const { fixture, caller, cover, answer } = await asked();
    await written(fixture);
    await cover();
    caller.session.cancel('a');
    fixture.change(itemOf('a'), { status: 'incomplete', text: 'One', audioMs: 40 });
    answer();
    fixture.turn('next');
    fixture.answer('b');
    await fixture.ended('b');
    expect(fixture.said).toContain('model: One');
    expect(fixture.said.join()).not.toContain(COVER);
    expect(fixture.said.filter((line) => line.includes(ANSWER))).toHaveLength(1);
  });

  it('goes before a tool that the model calls without a word, whose result it gets', async () => {
    const { fixture, caller, cover, answer } = await asked(
      {
        answer: ({ said }) =>
          said.at(-1)?.startsWith('result')
            ? { text: ANSWER }
            : { calls: [{ name: 'lookup_order', args: {} }] },
      },
      FIXTURE_CONFIG,
    );
    await cover();
    answer();
    await fixture.ended('a');
    const types = caller.events.map((event) =>
      event.type === 'generation.mark' ? event.mark : event.type,
    );
    expect(types.slice(-3)).toEqual(['firstToken', 'generation.toolCall', 'generation.ended']);
    const { callId } = caller.of('generation.toolCall')[0]!;
    const output = { kind: 'toolOutput', id: 'out', status: 'completed', callId, output: '{}' };
    fixture.add(output as ConversationItem);
    fixture.answer('b', FIXTURE_CONFIG);
    await fixture.ended('b');
    expect(caller.text).toBe(`${COVER}${ANSWER}`);
    expect(fixture.upstream.connections).toHaveLength(2);
  });
});

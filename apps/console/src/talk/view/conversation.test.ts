import type { FeedBody } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { sampleEvents } from '../../testing/sample-sessions.ts';
import { conversationOf } from './conversation.ts';

const linesOf = (...bodies: FeedBody[]) => conversationOf(sampleEvents('sess_1', 0, bodies));
const word = (text: string, endMs: number) => ({ text, startMs: endMs - 100, endMs });
const words = (itemId: string, ...some: ReturnType<typeof word>[]): FeedBody => ({
  type: 'agent.words',
  itemId,
  words: some,
});

describe('a conversation as people read it', () => {
  it('has the caller’s words as drafts until they are final', () => {
    const draft: FeedBody = {
      type: 'caller.transcript',
      itemId: 'i1',
      text: 'where',
      isFinal: false,
    };
    expect(linesOf(draft)).toStrictEqual([
      { kind: 'caller', id: 'i1', text: 'where', isDraft: true },
    ]);
    expect(linesOf(draft, { ...draft, text: 'where is it', isFinal: true })).toStrictEqual([
      { kind: 'caller', id: 'i1', text: 'where is it', isDraft: false },
    ]);
  });

  it('gathers the words that the agent is saying', () => {
    expect(linesOf(words('i1', word('One', 200)), words('i1', word('moment.', 500)))).toStrictEqual(
      [{ kind: 'saying', id: 'i1', words: [word('One', 200), word('moment.', 500)] }],
    );
  });

  it('divides what was cut, and keeps it so when the item is told incomplete', () => {
    expect(
      linesOf(
        words('i1', word('One', 200), word('moment.', 500)),
        { type: 'agent.truncated', itemId: 'i1', playedMs: 300, heard: 'One', unheard: 'moment.' },
        words('i1', word('Please.', 900)),
        { type: 'item', itemId: 'i1', speaker: 'agent', text: 'One', status: 'incomplete' },
      ),
    ).toStrictEqual([{ kind: 'said', id: 'i1', heard: 'One', unheard: 'moment.' }]);
  });

  it('shows what was said whole, what was not understood, and what was typed', () => {
    const item = { type: 'item', status: 'completed' } as const;
    expect(
      linesOf(
        words('i1', word('Hello.', 200)),
        { ...item, itemId: 'i1', speaker: 'agent', text: 'Hello.' },
        { ...item, itemId: 'i2', speaker: 'caller', text: '' },
        { ...item, itemId: 'i3', speaker: 'caller', text: 'typed' },
        { ...item, itemId: 'i4', speaker: 'agent', text: null },
      ),
    ).toStrictEqual([
      { kind: 'said', id: 'i1', heard: 'Hello.', unheard: '' },
      { kind: 'caller', id: 'i2', text: null, isDraft: false },
      { kind: 'caller', id: 'i3', text: 'typed', isDraft: false },
    ]);
  });

  it('notes faults', () => {
    const [line] = linesOf({ type: 'fault', code: 'engine_failed', message: 'it broke' });
    expect(line).toMatchObject({ kind: 'note', text: 'engine_failed: it broke' });
  });
});

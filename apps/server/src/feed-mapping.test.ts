import { feedEventSchema } from '@antiphon/observability';
import type { SessionEvent } from '@antiphon/session';
import { TestSession } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { FeedMapping, MAX_TEXT_CHARS } from './feed-mapping.ts';
import { transcriptRefOf } from './transcript-ref.ts';

type News = SessionEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'atMs'>
    : never
  : never;

/** The feed messages of a run of events, each checked against the schema of the feed. */
function feedOf(events: readonly (News | SessionEvent)[]) {
  const mapping = new FeedMapping(transcriptRefOf('sess_1', { isKept: true }));
  return events.flatMap((news) => {
    const bodies = mapping.bodies({ atMs: 1_000, ...news });
    for (const body of bodies) {
      feedEventSchema.parse({ seq: 1, sessionId: 'sess_1', atMs: 1_000, ...body });
    }
    return bodies;
  });
}

const agentItem = {
  kind: 'message',
  id: 'item_a',
  speaker: 'agent',
  medium: 'audio',
  status: 'completed',
  text: 'It was shipped.',
  audioMs: 0,
} as const;

const done = (item: Extract<News, { type: 'item.done' }>['item']): News => ({
  type: 'item.done',
  item,
  generationId: null,
});

describe('FeedMapping', () => {
  it('tells what the caller said as a transcript and, once it is final, as an item', () => {
    const transcript = { type: 'caller.transcript', itemId: 'item_c' } as const;
    expect(
      feedOf([
        done({ ...agentItem, id: 'item_c', speaker: 'caller', text: null }),
        { ...transcript, text: 'where is', isFinal: false },
        { ...transcript, text: 'where is my order', isFinal: true },
      ]),
    ).toEqual([
      { ...transcript, text: 'where is', isFinal: false },
      { ...transcript, text: 'where is my order', isFinal: true },
      {
        type: 'item',
        itemId: 'item_c',
        speaker: 'caller',
        text: 'where is my order',
        status: 'completed',
      },
    ]);
  });

  it("tells an agent's item when it was heard, not when it was generated", () => {
    expect(feedOf([done(agentItem)])).toEqual([]);
    expect(feedOf([done(agentItem), { type: 'playout.drained', itemId: 'item_a' }])).toEqual([
      {
        type: 'item',
        itemId: 'item_a',
        speaker: 'agent',
        text: 'It was shipped.',
        status: 'completed',
      },
    ]);
  });

  it('tells of a cut item what was heard and what was not, and never that it was completed', () => {
    expect(
      feedOf([
        done({ ...agentItem, status: 'incomplete' }),
        {
          type: 'item.truncated',
          itemId: 'item_a',
          audioEndMs: 420,
          heard: 'It',
          unheard: 'was shipped.',
        },
        { type: 'playout.drained', itemId: 'item_a' },
      ]),
    ).toEqual([
      {
        type: 'agent.truncated',
        itemId: 'item_a',
        playedMs: 420,
        heard: 'It',
        unheard: 'was shipped.',
      },
      { type: 'item', itemId: 'item_a', speaker: 'agent', text: 'It', status: 'incomplete' },
    ]);
  });

  it('tells typed items and answers stopped before their first sound at once', () => {
    expect(
      feedOf([
        done({ ...agentItem, id: 'item_t', speaker: 'caller', medium: 'text', text: 'hello' }),
        done({ ...agentItem, id: 'item_s', speaker: 'system', medium: 'text', text: 'be kind' }),
        done({ ...agentItem, medium: 'text' }),
        done({ ...agentItem, id: 'item_n', status: 'incomplete', text: '' }),
      ]).map((body) => (body.type === 'item' ? [body.speaker, body.text, body.status] : null)),
    ).toEqual([
      ['caller', 'hello', 'completed'],
      ['system', 'be kind', 'completed'],
      ['agent', 'It was shipped.', 'completed'],
      ['agent', '', 'incomplete'],
    ]);
  });

  it('leaves tool items to the events of their calls', () => {
    expect(
      feedOf([
        done({
          kind: 'toolCall',
          id: 'item_f',
          status: 'completed',
          callId: 'call_1',
          name: 'lookup_order',
          arguments: '{}',
        }),
        {
          type: 'tool.started',
          callId: 'call_1',
          name: 'lookup_order',
          arguments: '{}',
          confirm: 'none',
        },
        {
          type: 'tool.settled',
          callId: 'call_1',
          name: 'lookup_order',
          outcome: 'result',
          output: '{"found":false}',
          durationMs: 12,
        },
      ]).map((body) => body.type),
    ).toEqual(['tool.started', 'tool.settled']);
  });

  it('cuts off texts that are longer than anything spoken', () => {
    const text = 'x'.repeat(MAX_TEXT_CHARS);
    const typed = (written: string) =>
      feedOf([done({ ...agentItem, speaker: 'caller', medium: 'text', text: written })]);
    expect(typed(text)).toMatchObject([{ text }]);
    expect(typed(`${text}yz`)).toMatchObject([{ text: `${text}…` }]);
  });

  it('tells how a call went on, without a word of it', () => {
    const call = { callId: 'call_1', name: 'lookup_order' } as const;
    const news: readonly News[] = [
      { type: 'consent.asked', ...call },
      { type: 'consent.decided', ...call, verdict: 'confirmed' },
      { type: 'tool.covered', ...call },
      { type: 'tool.overdue', ...call },
      { type: 'followUp.offered', ...call },
      { type: 'followUp.promised', ...call },
      { type: 'followUp.declined', ...call },
      { type: 'tool.settled', ...call, outcome: 'deferred', output: null, durationMs: 8_000 },
      { type: 'tool.settled', ...call, outcome: 'declined', output: null, durationMs: 0 },
    ];
    expect(feedOf(news)).toEqual(news);
  });

  it('masks the e-mail addresses in calls, results and handoffs', () => {
    const call = { callId: 'call_1', name: 'lookup_order' } as const;
    const text = '{"email":"jane@example.com"}';
    const feed = feedOf([
      { type: 'tool.started', ...call, arguments: text, confirm: 'none' },
      { type: 'tool.settled', ...call, outcome: 'result', output: text, durationMs: 1 },
      {
        type: 'handoff.requested',
        details: '{"summary":"Write jane@example.com.","email":"jane@example.com"}',
      },
    ]);
    expect(JSON.stringify(feed)).not.toContain('jane');
    expect(feed).toMatchObject([
      { arguments: '{"email":"j…@example.com"}' },
      { output: '{"email":"j…@example.com"}' },
      { record: { summary: 'Write j…@example.com.', slots: { email: 'j…@example.com' } } },
    ]);
  });

  it('tells of a handoff what was collected and where the call can be read', () => {
    const call = { callId: 'call_1', name: 'lookup_order' } as const;
    const feed = feedOf([
      { type: 'tool.started', ...call, arguments: '{"order_id":"4471"}', confirm: 'none' },
      {
        type: 'tool.settled',
        ...call,
        outcome: 'result',
        output: '{"order_id":"4471","customer_id":7}',
        durationMs: 1,
      },
      { type: 'handoff.requested', details: '{"reason":"angry","summary":"Late twice."}' },
    ]);
    expect(feed.at(-1)).toEqual({
      type: 'handoff',
      details: '{"reason":"angry","summary":"Late twice."}',
      record: {
        reason: 'angry',
        summary: 'Late twice.',
        slots: { order_id: '4471', customer_id: 7 },
        transcriptRef: {
          sessionId: 'sess_1',
          events: '/sessions/sess_1/events.jsonl',
          recording: '/sessions/sess_1/recording.wav',
        },
      },
    });
  });

  it('tells failures and broken invariants as faults', () => {
    expect(
      feedOf([
        { type: 'engine.failed', code: 'provider_timeout', message: 'Silent for 5 s.' },
        { type: 'invariant.violated', name: 'oneGeneration', detail: 'Two spoke.' },
      ]),
    ).toEqual([
      { type: 'fault', code: 'provider_timeout', message: 'Silent for 5 s.' },
      { type: 'fault', code: 'oneGeneration', message: 'Two spoke.' },
    ]);
  });

  it('tells with the end what was used, and nothing before', () => {
    const tokens = {
      inputTextTokens: 1,
      inputAudioTokens: 2,
      outputTextTokens: 3,
      outputAudioTokens: 4,
      cachedTextTokens: 1,
      cachedAudioTokens: 0,
      audioMs: 5,
      characters: 6,
      dollars: 0.5,
    };
    const usage = { ...tokens, isPartlyPriced: false };
    const whose = { operation: 'chat', provider: 'openai', model: 'gpt' } as const;
    const time = { durationMs: 700, errorCode: null };
    expect(
      feedOf([
        { type: 'provider.used', ...whose, ...tokens, ...time },
        { type: 'session.ended', reason: 'callerLeft', usage },
      ]),
    ).toEqual([{ type: 'session.ended', reason: 'callerLeft', usage }]);
  });

  it('tells a cover of an answer, and nothing of what only begins', () => {
    const { id: itemId } = agentItem;
    expect(
      feedOf([
        { type: 'caller.speechStarted', itemId, audioStartMs: 0 },
        { type: 'caller.committed', itemId, previousItemId: null },
        { type: 'item.added', item: agentItem, previousItemId: null, generationId: null },
      ]),
    ).toEqual([]);
    expect(feedOf([{ type: 'generation.covered', generationId: 'gen_1' }])).toEqual([
      { type: 'agent.covered' },
    ]);
  });

  it('tells which provider took over from which, and why', () => {
    const tookOver = { service: 'languageModel', from: 'a', to: 'b', why: 'slow' } as const;
    expect(feedOf([{ type: 'provider.tookOver', code: null, ...tookOver }])).toEqual([
      { type: 'provider', code: null, ...tookOver },
    ]);
  });

  it('tells of audio that is not in its declared format as a fault', () => {
    expect(
      feedOf([{ type: 'audio.formatDoubted', declared: 'pcm16', looksLike: 'g711_ulaw' }]),
    ).toEqual([
      {
        type: 'fault',
        code: 'audio_format_mismatch',
        message: 'Caller audio declared as pcm16 looks like g711_ulaw.',
      },
    ]);
  });

  it('follows a whole session with a greeting, a turn and its measured answer', () => {
    const session = new TestSession();
    session.engine.session.autoReply = () => 'Hello there.';
    session.session.control.greet();
    session.hear(1_000);
    session.callerTurn();
    session.hear(1_000);
    session.session.control.end('clientEnded');
    const feed = feedOf(session.channel.events);
    expect(feed[0]).toEqual({ type: 'session.started', agent: 'test' });
    expect(feed.at(-1)).toEqual({ type: 'session.ended', reason: 'clientEnded' });
    expect(feed.map((body) => body.type)).toEqual(
      expect.arrayContaining(['state', 'agent.text', 'agent.words', 'item', 'turn']),
    );
  });
});

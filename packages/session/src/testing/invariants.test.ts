import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../ports/session-event.ts';
import type { SessionTrace } from './invariants.ts';
import { violations } from './invariants.ts';

const usage = {
  inputTextTokens: 0,
  inputAudioTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 0,
};
const started = (generationId: string): SessionEvent => ({
  atMs: 1,
  type: 'generation.started',
  generationId,
  kind: 'answer',
  options: {},
});
const ended = (generationId: string): SessionEvent => ({
  atMs: 2,
  type: 'generation.ended',
  generationId,
  outcome: 'cancelled',
  cancelReason: 'bargeIn',
  usage,
  audioMs: 0,
  error: null,
});
const speech: SessionEvent = {
  atMs: 1,
  type: 'caller.speechStarted',
  itemId: 'item_c',
  audioStartMs: 0,
};
const over: SessionEvent = { atMs: 3, type: 'session.ended', reason: 'callerLeft' };
const tool: SessionEvent = {
  atMs: 1,
  type: 'tool.started',
  callId: 'call_1',
  name: 'lookup_order',
  arguments: '{}',
};
const spoken: readonly SessionEvent[] = [
  { atMs: 1, type: 'generation.text', generationId: 'gen_1', itemId: 'item_a', delta: 'one two' },
  {
    atMs: 1,
    type: 'generation.words',
    generationId: 'gen_1',
    itemId: 'item_a',
    words: [
      { text: 'one', startMs: 0, endMs: 200 },
      { text: 'two', startMs: 200, endMs: 400 },
    ],
  },
];
const truncated = (heard: string, unheard: string, audioEndMs: number): SessionEvent => ({
  atMs: 2,
  type: 'item.truncated',
  itemId: 'item_a',
  audioEndMs,
  heard,
  unheard,
});
const late: SessionTrace['sent'] = [
  {
    generationId: 'gen_1',
    itemId: 'item_a',
    pcm: new Int16Array(1),
    sampleRate: 8000,
    offsetMs: 0,
    atMs: 9,
  },
];

describe('the invariants', () => {
  it('hold for a whole call that is in order', () => {
    const events = [
      started('gen_1'),
      ...spoken,
      speech,
      ended('gen_1'),
      truncated('one', 'two', 250),
    ];
    expect(violations({ events: [...events, over], sent: [] })).toEqual([]);
  });

  it.each<{ broken: string; events: readonly SessionEvent[]; sent?: SessionTrace['sent'] }>([
    { broken: '1', events: [started('gen_1'), started('gen_2')] },
    { broken: '1', events: [started('gen_1'), speech, ended('gen_1'), ended('gen_1')] },
    { broken: '2', events: [...spoken, truncated('one two', '', 250)] },
    { broken: '2', events: [...spoken, truncated('one', '', 250)] },
    { broken: '3', events: [started('gen_1'), speech, ended('gen_1')], sent: late },
    { broken: '4', events: [tool, over] },
    { broken: '8', events: [over, speech] },
    { broken: '9', events: [speech, started('gen_1'), ended('gen_1')] },
  ])('notice that number $broken is broken', ({ broken, events, sent = [] }) => {
    const found = violations({ events, sent });
    expect(found.map((text) => text.split(':')[0])).toContain(broken);
  });
});

import type { FeedEvent } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { timelineOf } from './timeline-model.ts';

type Body<Event> = Event extends unknown ? Omit<Event, 'seq' | 'sessionId'> : never;

function timeline(...bodies: Body<FeedEvent>[]) {
  const events = bodies.map((body, index) => ({ seq: index + 1, sessionId: 's', ...body }));
  return timelineOf(events, { startAtMs: 1_000, endAtMs: 5_000 });
}

describe('the timeline', () => {
  it('shows how long each region stayed in each state', () => {
    const { lanes, lengthMs } = timeline(
      { type: 'state', atMs: 2_000, region: 'caller', from: 'silent', to: 'speaking', cause: 'c' },
      { type: 'state', atMs: 3_000, region: 'caller', from: 'speaking', to: 'silent', cause: 'c' },
    );
    expect(lengthMs).toBe(4_000);
    expect(lanes.caller).toEqual([
      { state: 'silent', fromMs: 0, toMs: 1_000 },
      { state: 'speaking', fromMs: 1_000, toMs: 2_000 },
      { state: 'silent', fromMs: 2_000, toMs: 4_000 },
    ]);
    expect(lanes.turn).toEqual([]);
  });

  it('shows tools with what happened while they were waited for', () => {
    const { tools } = timeline(
      { type: 'tool.started', atMs: 1_100, callId: 'a', name: 'find', arguments: '{}' },
      { type: 'tool.covered', atMs: 1_600, callId: 'a', name: 'find' },
      { type: 'consent.decided', atMs: 1_700, callId: 'a', name: 'find', verdict: 'confirmed' },
      { type: 'tool.started', atMs: 1_800, callId: 'b', name: 'other', arguments: '{}' },
      {
        type: 'tool.settled',
        atMs: 2_000,
        callId: 'a',
        name: 'find',
        outcome: 'result',
        output: null,
        durationMs: 900,
      },
    );
    expect(tools).toEqual([
      {
        callId: 'a',
        name: 'find',
        fromMs: 100,
        toMs: 1_000,
        outcome: 'result',
        marks: [
          { atMs: 600, what: 'covered' },
          { atMs: 700, what: 'consent confirmed' },
        ],
        row: 0,
        rows: 2,
      },
      {
        callId: 'b',
        name: 'other',
        fromMs: 800,
        toMs: 4_000,
        outcome: null,
        marks: [],
        row: 1,
        rows: 2,
      },
    ]);
  });

  it('shows where an e-mail stands, what went wrong, and what was done to words', () => {
    const { tools, notes } = timeline(
      { type: 'tool.started', atMs: 1_100, callId: 'a', name: 'find', arguments: '{}' },
      { type: 'followUp', atMs: 1_500, callId: 'a', tool: 'find', state: 'sent' },
      { type: 'fault', atMs: 2_000, code: 'provider_lost', message: 'the model is gone' },
      { type: 'agent.edited', atMs: 3_000, edits: ['markup', 'list'] },
      {
        type: 'provider',
        atMs: 4_000,
        service: 'textToSpeech',
        from: 'hume 2',
        to: 'embedded',
        why: 'slow',
        code: null,
      },
    );
    expect(tools[0]?.marks).toEqual([{ atMs: 500, what: 'e-mail sent' }]);
    expect(notes).toEqual([
      { atMs: 1_000, kind: 'fault', what: 'provider_lost: the model is gone' },
      { atMs: 2_000, kind: 'edit', what: 'changed for the ear: markup, list' },
      { atMs: 3_000, kind: 'fault', what: 'textToSpeech: embedded in place of hume 2 (slow)' },
    ]);
  });

  it('says nothing of a beginning that is forgotten', () => {
    const moved = {
      region: 'turn',
      from: 'responding.speaking',
      to: 'listening',
      cause: 'c',
    } as const;
    const events = [
      { seq: 900, sessionId: 's', type: 'state', atMs: 3_000, ...moved },
    ] satisfies FeedEvent[];
    const { lanes } = timelineOf(events, { startAtMs: 1_000, endAtMs: 5_000 });
    expect(lanes.turn).toEqual([
      { state: 'responding.speaking', fromMs: 2_000, toMs: 2_000 },
      { state: 'listening', fromMs: 2_000, toMs: 4_000 },
    ]);
  });

  it('keeps what was heard apart from what was not', () => {
    const { lines, bargeIns } = timeline(
      { type: 'agent.text', atMs: 1_500, itemId: 'i1', delta: 'Your order ' },
      { type: 'agent.text', atMs: 1_600, itemId: 'i1', delta: 'is on its way.' },
      { type: 'bargeIn', atMs: 2_000, itemId: 'i1', verdict: 'cut', playedMs: 300 },
      {
        type: 'agent.truncated',
        atMs: 2_100,
        itemId: 'i1',
        playedMs: 300,
        heard: 'Your order',
        unheard: 'is on its way.',
      },
      {
        type: 'item',
        atMs: 2_100,
        itemId: 'i1',
        speaker: 'agent',
        text: 'Your order',
        status: 'incomplete',
      },
      { type: 'caller.transcript', atMs: 2_300, itemId: 'i2', text: 'wait', isFinal: false },
    );
    expect(lines).toEqual([
      {
        itemId: 'i1',
        speaker: 'agent',
        atMs: 500,
        text: 'Your order',
        unheard: 'is on its way.',
        isOpen: false,
      },
      { itemId: 'i2', speaker: 'caller', atMs: 1_300, text: 'wait', unheard: '', isOpen: true },
    ]);
    expect(bargeIns).toEqual([{ atMs: 1_000, verdict: 'cut' }]);
  });
});

import type { FeedBody } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { inkFor } from '../ink.ts';
import { CallPrinter } from './call-printer.ts';

function printed(...bodies: FeedBody[]): string[] {
  const lines: string[] = [];
  const printer = new CallPrinter(inkFor({ environment: {} }), (line) => lines.push(line));
  for (const body of bodies) printer.feed({ seq: 1, sessionId: 's', atMs: 0, ...body });
  return lines;
}

describe('CallPrinter', () => {
  it('strikes the words that nobody heard', () => {
    expect(
      printed(
        {
          type: 'agent.truncated',
          itemId: 'a',
          playedMs: 900,
          heard: 'what your tracking',
          unheard: 'shows?',
        },
        {
          type: 'item',
          itemId: 'a',
          speaker: 'agent',
          text: 'what your tracking',
          status: 'incomplete',
        },
      ),
    ).toEqual(['agent   what your tracking ~~shows?~~']);
  });

  it('tells turns, tools and the end, and is silent about the rest', () => {
    expect(
      printed(
        {
          type: 'state',
          region: 'turn',
          from: 'listening',
          to: 'responding.thinking',
          cause: 'caller.speechStopped',
        },
        {
          type: 'state',
          region: 'caller',
          from: 'silent',
          to: 'speaking',
          cause: 'caller.speechStopped',
        },
        { type: 'caller.transcript', itemId: 'u', text: 'four', isFinal: false },
        { type: 'caller.transcript', itemId: 'u', text: 'four seven', isFinal: true },
        { type: 'tool.started', callId: 'c', name: 'look_up', arguments: '{"id":"7"}' },
        {
          type: 'tool.settled',
          callId: 'c',
          name: 'look_up',
          outcome: 'result',
          output: '{"found":true}',
          durationMs: 1.6,
        },
        {
          type: 'handoff',
          details: '{"reason":"x"}',
          record: {
            reason: 'x',
            summary: null,
            slots: {},
            transcriptRef: { sessionId: 's', events: null, recording: null },
          },
        },
        { type: 'session.ended', reason: 'handedOff' },
      ),
    ).toEqual([
      '        listening → responding.thinking',
      '        understood: four seven',
      'tool    look_up {"id":"7"}',
      'tool    look_up → {"found":true} (2 ms)',
      'handoff {"reason":"x"}',
      '        session ended: handedOff',
    ]);
  });
});

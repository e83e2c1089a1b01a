import { describe, expect, it } from 'vitest';
import { callTranscript, clockMs, clockOf } from './call-transcript.ts';
import { callEvents } from './testing/recorded-call.ts';

describe('the transcript of a call', () => {
  it('has what was said and done in its order, each at the instant at which it began', () => {
    const { text, agent, isOver, isSpoken } = callTranscript(callEvents('sess_a'));
    expect(text.split('\n')).toEqual([
      '[0:00] agent: Acme support, how can I help?',
      '[0:02] caller: where is my order',
      '[0:04] (tool lookup_order begins with {"email":"j…@example.com"})',
      '[0:05] (tool lookup_order ends as result after 1.2 s: {"status":"shipped"})',
      '[0:05] agent: It has shipped and (cut off; not heard: will arrive on Monday)',
      '[0:07] (the caller cuts in and the agent stops)',
      '[0:08] (the call ends: callerLeft)',
    ]);
    expect({ agent, isOver, isSpoken }).toEqual({
      agent: 'acme-support',
      isOver: true,
      isSpoken: true,
    });
  });

  it('tells a call that goes on, and one in which only the agent spoke', () => {
    const events = callEvents('sess_a');
    expect(callTranscript(events.slice(0, -1)).isOver).toBe(false);
    const quiet = events.filter(({ type }) => type !== 'caller.transcript');
    expect(callTranscript(quiet).isSpoken).toBe(false);
    expect(callTranscript([])).toMatchObject({ text: '', isOver: false, isSpoken: false });
  });

  it('cuts what tools returned where it is long', () => {
    const events = callEvents('sess_a').map((event) =>
      event.type === 'tool.settled' ? { ...event, output: 'x'.repeat(10_000) } : event,
    );
    expect(callTranscript(events).text.length).toBeLessThan(2_600);
  });
});

describe('instants', () => {
  it.each([
    [0, '0:00'],
    [75_400, '1:15'],
    [3_723_000, '1:02:03'],
  ])('%i ms are %s, and back', (ms, text) => {
    expect(clockOf(ms)).toBe(text);
    expect(clockMs(text)).toBe(Math.floor(ms / 1000) * 1000);
  });

  it('are read in brackets and with parts of a second, and not made up', () => {
    expect(clockMs('[2:05.5]')).toBe(125_500);
    for (const text of ['', 'soon', '12', '1:2', '1:2:3:4']) expect(clockMs(text)).toBeNull();
  });
});

import { describeTruncation, describeVoiceEngine, DrivenClock } from '@antiphon/session/testing';
import type { ConversationItem } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import {
  CascadeCaller,
  FIXTURE_CONFIG,
  FIXTURE_FRAME,
  settle,
} from '../cascade/cascade-fixture.ts';
import { PipelineError } from '../pipeline-error.ts';
import { StubEngine } from './stub-engine.ts';

const toolCall = { name: 'lookup_order', arguments: '{"order_id":"4471"}' };
const withoutTools = { ...FIXTURE_CONFIG, tools: [] };

describeVoiceEngine('StubEngine', () => {
  const clock = new DrivenClock();
  const engine = new StubEngine({ clock, toolCall });
  return {
    engine,
    held: () => clock.pending,
    speech: [FIXTURE_FRAME],
    config: withoutTools,
    callingConfig: FIXTURE_CONFIG,
  };
});

describeVoiceEngine(
  'StubEngine with a delay',
  () => {
    const clock = new DrivenClock();
    const engine = new StubEngine({ clock, delayMs: 50 });
    return {
      engine,
      speech: [FIXTURE_FRAME],
      config: FIXTURE_CONFIG,
      drive: () => clock.advance(10),
      held: () => clock.pending,
    };
  },
  { callsTools: false },
);

describeTruncation('StubEngine', () => {
  const clock = new DrivenClock();
  return { engine: new StubEngine({ clock }), clock, config: withoutTools, question: 'Hello?' };
});

function open(engine: StubEngine): CascadeCaller {
  return new CascadeCaller(engine, 'session-a');
}

describe('StubEngine', () => {
  it('speaks its reply for as long as it is told, from buffers that all sessions share', async () => {
    const engine = new StubEngine({
      clock: new DrivenClock(),
      reply: 'Hello there.',
      speechMs: 2050,
    });
    const [one, other] = [open(engine), open(engine)];
    one.answer('a');
    other.answer('b');
    await settle();
    expect(one.text).toBe('Hello there.');
    expect(one.audioMs).toBe(2050);
    expect(one.of('generation.audio').map((event) => event.pcm.length)).toEqual([
      ...Array<number>(20).fill(2400),
      1200,
    ]);
    const chunks = one.of('generation.audio').map((event) => event.pcm);
    const others = other.of('generation.audio').map((event) => event.pcm);
    expect(chunks.every((pcm, index) => pcm === others[index])).toBe(true);
    expect(one.of('generation.words')[0]?.words.at(-1)?.endMs).toBe(2050);
  });

  it('sounds like a quiet voice: never silent for 200 ms, never loud', async () => {
    const caller = open(new StubEngine({ clock: new DrivenClock() }));
    caller.answer('a');
    await settle();
    const peaks = caller
      .of('generation.audio')
      .map((event) => event.pcm.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0));
    for (const peak of peaks) {
      expect(peak).toBeGreaterThan(200);
      expect(peak).toBeLessThan(2000);
    }
  });

  it('tells nothing before generate has returned, and all in the microtask after it', async () => {
    const caller = open(new StubEngine({ clock: new DrivenClock() }));
    caller.answer('a');
    expect(caller.events).toEqual([]);
    await Promise.resolve();
    expect(caller.events.at(-1)?.type).toBe('generation.ended');
  });

  it('answers after its delay and keeps no timer when it is stopped', () => {
    const clock = new DrivenClock();
    const caller = open(new StubEngine({ clock, delayMs: 300 }));
    caller.answer('a');
    clock.advance(299);
    expect(caller.events).toEqual([]);
    clock.advance(1);
    expect(caller.of('generation.ended')).toHaveLength(1);
    caller.answer('b');
    caller.session.close();
    expect(clock.pending).toBe(0);
  });

  it('hears the same in every turn', async () => {
    const caller = open(new StubEngine({ clock: new DrivenClock(), transcript: 'hello' }));
    caller.turn('a');
    caller.turn('b');
    await settle();
    expect(caller.of('transcript').map((event) => event.text)).toEqual(['hello', 'hello']);
  });

  it('calls its tool where it may, and speaks once the output is there', async () => {
    const caller = open(new StubEngine({ clock: new DrivenClock(), toolCall }));
    caller.answer('a');
    await settle();
    expect(caller.of('generation.toolCall')).toMatchObject([toolCall]);
    expect(caller.text).toBe('');
    const output: ConversationItem = {
      kind: 'toolOutput',
      id: 'item',
      status: 'completed',
      callId: 'call_a',
      output: '{}',
    };
    caller.items = [output];
    caller.answer('b');
    await settle();
    expect(caller.of('generation.toolCall')).toHaveLength(1);
    expect(caller.text).not.toBe('');
  });

  it('calls a tool that an answer must call by name, without arguments', async () => {
    const caller = open(new StubEngine({ clock: new DrivenClock() }));
    caller.answer('a', { toolChoice: { name: toolCall.name } });
    await settle();
    expect(caller.of('generation.toolCall')).toMatchObject([
      { name: toolCall.name, arguments: '{}' },
    ]);
    caller.answer('b', { toolChoice: { name: 'unknown_tool' } });
    await settle();
    expect(caller.of('generation.toolCall')).toHaveLength(1);
  });

  it('says a short text shortly, and makes its sound once', async () => {
    const caller = open(new StubEngine({ clock: new DrivenClock() }));
    const say = (generationId: string, text: string) =>
      caller.session.generate({ kind: 'say', generationId, config: FIXTURE_CONFIG, text });
    say('a', 'One moment.');
    await settle();
    expect(caller.audioMs).toBe(500);
    const chunks = caller.of('generation.audio').map(({ pcm }) => pcm);
    say('b', 'One moment.');
    await settle();
    expect(
      caller
        .of('generation.audio')
        .slice(chunks.length)
        .map(({ pcm }) => pcm),
    ).toEqual(chunks);
    const [first, again] = [0, chunks.length].map((at) => caller.of('generation.audio')[at]?.pcm);
    expect(again).toBe(first);
    say('c', 'a text of many words that would take more than two seconds to say');
    await settle();
    expect(caller.audioMs).toBe(500 + 500 + 2000);
  });

  it.each([
    ['is told to call none', { toolChoice: 'none' as const }],
    ['has no such tool', { tools: [] }],
  ])('speaks where an answer %s', async (_case, options) => {
    const caller = open(new StubEngine({ clock: new DrivenClock(), toolCall }));
    caller.answer('a', options);
    await settle();
    expect(caller.of('generation.toolCall')).toEqual([]);
    expect(caller.text).not.toBe('');
  });

  it('refuses durations that are none', () => {
    const clock = new DrivenClock();
    expect(() => new StubEngine({ clock, speechMs: 0 })).toThrow(PipelineError);
    expect(() => new StubEngine({ clock, delayMs: -1 })).toThrow(PipelineError);
  });
});

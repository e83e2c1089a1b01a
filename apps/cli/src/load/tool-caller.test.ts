import { describe, expect, it } from 'vitest';
import type { BenchTool } from './bench-tools.ts';
import { ToolCaller } from './tool-caller.ts';
import type { ToolTurn } from './tool-caller.ts';
import { SILENT_FRAME } from './utterance.ts';

const VOICED = Buffer.from('voiced');
/** One second. */
const UTTERANCE = Array.from({ length: 50 }, () => VOICED);
/** Quiet before a turn, the utterance, and the silence that ends it. */
const TURN_FRAMES = 35 - 1 + 50 + 25;
const WAIT: BenchTool = { name: 'short_wait', takesMs: 1_200 };

/** A caller whose time is driven and whose server is the test. */
function driven(tool: BenchTool | null = null, pauseMs = 0) {
  const sent: (Buffer | string)[] = [];
  const turns: ToolTurn[] = [];
  const errors: string[] = [];
  const caller = new ToolCaller({
    utterance: UTTERANCE,
    send: (message) => sent.push(message),
    onTurn: (turn) => turns.push(turn),
    onFailure: (error) => errors.push(error),
  });
  caller.use(tool, pauseMs);
  let nowMs = 0;
  return {
    caller,
    sent,
    turns,
    errors,
    frames: (count: number) => {
      for (let i = 0; i < count; i += 1, nowMs += 20) caller.frame(nowMs);
    },
    /** Something comes `lateMs` after the last frame was sent. */
    receive: (event: Record<string, unknown>, lateMs = 0) => {
      caller.message(Buffer.from(JSON.stringify(event)), nowMs - 20 + lateMs);
    },
    voicedFrames: () => sent.filter((message) => message === VOICED).length,
  };
}

const called = item('function_call', { call_id: 'c', name: WAIT.name, arguments: '{}' });
const settled = item('function_call_output', { call_id: 'c', output: '{}' });

function item(type: string, fields: Record<string, unknown>) {
  return {
    type: 'conversation.item.added',
    event_id: 'e',
    previous_item_id: null,
    item: { id: 'i', object: 'realtime.item', type, status: 'completed', ...fields },
  };
}

function audio(itemId: string, ms: number) {
  return {
    type: 'response.output_audio.delta',
    event_id: 'e',
    response_id: 'r',
    item_id: itemId,
    output_index: 0,
    content_index: 0,
    delta: Buffer.alloc(ms * 8).toString('base64'),
  };
}

describe('ToolCaller', () => {
  it('says which tool its turn calls before it speaks, and silence until then', () => {
    const { frames, sent } = driven(WAIT);
    frames(34);
    expect(new Set(sent)).toEqual(new Set([SILENT_FRAME]));
    frames(1);
    expect(JSON.parse(String(sent.at(-2)))).toMatchObject({
      session: { tool_choice: { type: 'function', name: 'short_wait' } },
    });
    expect(sent.at(-1)).toBe(VOICED);
  });

  it('measures a turn without a tool from the frame that ends it', () => {
    const { frames, receive, turns, errors } = driven();
    frames(TURN_FRAMES);
    receive(audio('a', 1000), 5);
    expect(turns).toEqual([{ tool: null, overheadMs: 5, coverLateMs: null, addedMs: null }]);
    expect(errors).toEqual([]);
  });

  it('tells how late a cover is and what a tool adds to its own time', () => {
    const { frames, receive, turns, errors } = driven(WAIT);
    frames(TURN_FRAMES);
    receive(called, 4);
    frames(25);
    receive(audio('cover', 500), 7);
    receive(audio('cover', 500), 12);
    frames(35);
    receive(settled, 6);
    receive(audio('answer', 1000), 9);
    expect(turns).toEqual([{ tool: WAIT, overheadMs: 4, coverLateMs: 3, addedMs: 5 }]);
    expect(errors).toEqual([]);
  });

  it.each([
    ['a tool that is not called', [audio('a', 100)], 'short_wait was not called'],
    [
      'a wait that is not covered',
      [called, settled, audio('a', 100)],
      'short_wait was not covered',
    ],
  ])('tells of %s', (_name, events, error) => {
    const { frames, receive, errors } = driven(WAIT);
    frames(TURN_FRAMES);
    for (const event of events) receive(event);
    expect(errors).toEqual([error]);
  });

  it('tells of a tool that nobody asked for, and of an answer that never came', () => {
    const { frames, receive, errors } = driven();
    frames(TURN_FRAMES);
    receive(called);
    frames(TURN_FRAMES + 501);
    expect(errors).toEqual(['a tool was called that nobody asked for', 'no answer within 10 s']);
  });

  it('pauses after a turn for as long as it is told', () => {
    const { frames, receive, voicedFrames } = driven(null, 5_000);
    // The first pause counts from the start.
    frames(250 + TURN_FRAMES);
    receive(audio('a', 1000));
    expect(voicedFrames()).toBe(50);
    frames(250 + 30);
    expect(voicedFrames()).toBe(50);
    frames(10);
    expect(voicedFrames()).toBeGreaterThan(50);
  });
});

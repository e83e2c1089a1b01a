import type { TurnReport } from '@antiphon/observability';
import type { SessionEvent } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { FleetWatch } from './fleet-watch.ts';

type News = SessionEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'atMs'>
    : never
  : never;

const MINUTE_MS = 60_000;

let clock: DrivenClock;
let watch: FleetWatch;

beforeEach(() => {
  clock = new DrivenClock();
  watch = new FleetWatch(clock);
});

function tell(news: News, sessionId = 'sess_1'): void {
  watch.open(sessionId, 'acme').notify({ ...news, atMs: clock.now() });
}

function turn(number: number, voiceToVoiceMs: number): News {
  const report: TurnReport = {
    turn: number,
    itemId: `item_${number}`,
    generationId: `gen_${number}`,
    voiceEndAtMs: 0,
    committedAtMs: 0,
    firstAudioAtMs: voiceToVoiceMs,
    hops: {
      endpointing: voiceToVoiceMs,
      wait: null,
      inference: null,
      aggregation: null,
      synthesis: null,
      egress: null,
    },
    voiceToVoiceMs,
    postEndpointMs: 0,
    unexplainedMs: 0,
  };
  return { type: 'turn.measured', report };
}

function settled(name: string, outcome: 'result' | 'error'): News {
  return { type: 'tool.settled', callId: 'call_1', name, outcome, output: null, durationMs: 1 };
}

/** What it tells once its last answer is old. */
function fleet() {
  clock.advance(3_000);
  return watch.fleet();
}

const handOff = (reason: 'asked' | 'tool_error', tool: string | null): News => ({
  type: 'handoff.requested',
  details: '{}',
  cause: { reason, tool },
});

describe('the traces of the slowest turns', () => {
  it('are those of turns that end after later ones began, and after the session', () => {
    tell(turn(1, 1_900));
    tell(turn(2, 700));
    watch.traced('sess_1', 2, 'b'.repeat(32));
    tell({ type: 'session.ended', reason: 'callerLeft' });
    watch.traced('sess_1', 1, 'a'.repeat(32));
    watch.traced('sess_2', 1, 'c'.repeat(32));
    expect(fleet().slowest).toMatchObject([
      { turn: 1, traceId: 'a'.repeat(32) },
      { turn: 2, traceId: 'b'.repeat(32) },
    ]);
  });

  it('belong to one turn of many that are forgotten', () => {
    for (let number = 1; number <= 10_050; number++) tell(turn(number, 10_100 - number));
    watch.traced('sess_1', 1, 'a'.repeat(32));
    watch.traced('sess_1', 51, 'b'.repeat(32));
    expect(fleet().slowest[0]).toMatchObject({ turn: 51, traceId: 'b'.repeat(32) });
  });
});

describe('the last hour', () => {
  it('has no count of what was before it', () => {
    tell(settled('trace', 'error'));
    tell({ type: 'tool.overdue', callId: 'call_1', name: 'trace' });
    tell({ type: 'bargeIn.decided', itemId: null, verdict: 'cut', playedMs: 0 });
    tell(handOff('tool_error', 'trace'));
    tell(turn(1, 500));
    clock.advance(40 * MINUTE_MS);
    tell(settled('trace', 'result'));
    tell({ type: 'bargeIn.decided', itemId: null, verdict: 'falseAlarm', playedMs: 0 });
    expect(fleet()).toMatchObject({
      turns: 1,
      tools: [{ tool: 'trace', calls: 2, failed: 1, overdue: 1, handedOff: 1 }],
      bargeIns: { cut: 1, falseAlarm: 1 },
      handOffs: [{ reason: 'tool_error', count: 1 }],
    });
    clock.advance(22 * MINUTE_MS);
    expect(fleet()).toMatchObject({
      turns: 0,
      tools: [{ tool: 'trace', calls: 1, failed: 0, overdue: 0, handedOff: 0 }],
      bargeIns: { cut: 0, falseAlarm: 1 },
      handOffs: [],
    });
    clock.advance(60 * MINUTE_MS);
    expect(fleet()).toMatchObject({ tools: [], bargeIns: { cut: 0, falseAlarm: 0 } });
  });

  it('tells 500 tools apart, and the others together', () => {
    for (let number = 0; number < 600; number++) {
      tell(settled(`tool_${number}`, 'result'));
      if (number % 100 === 0) clock.advance(MINUTE_MS);
    }
    const { tools } = fleet();
    expect(tools).toHaveLength(501);
    expect(tools.reduce((sum, { calls }) => sum + calls, 0)).toBe(600);
    expect(tools.at(-1)).toMatchObject({ tool: 'others', calls: 100 });
  });
});

describe('callers handed to a person', () => {
  it('are told by why, and beside the tool that went wrong', () => {
    tell(settled('trace', 'error'));
    tell(handOff('tool_error', 'trace'));
    tell(handOff('asked', null));
    tell(handOff('asked', null), 'sess_2');
    const { handOffs, tools } = fleet();
    expect(handOffs).toEqual([
      { reason: 'tool_error', count: 1 },
      { reason: 'asked', count: 2 },
    ]);
    expect(tools).toMatchObject([{ tool: 'trace', calls: 1, failed: 1, handedOff: 1 }]);
  });
});

import {
  DEFAULT_HOP_BUDGETS_MS,
  SessionMetrics,
  ToolMetrics,
  UsageMetrics,
} from '@antiphon/observability';
import type { TurnReport } from '@antiphon/observability';
import type { SessionEvent } from '@antiphon/session';
import {
  describeControlChannel,
  TEST_CONFIG,
  TestSession,
  ToolSession,
} from '@antiphon/session/testing';
import { createNoopMeter } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { ServerMetrics } from './server-metrics.ts';
import { SessionMetricsChannel } from './session-metrics-channel.ts';
import { readPrometheusText } from './testing/prometheus-text.ts';
import { ToolMetricsChannel } from './tool-metrics-channel.ts';

type News = SessionEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'atMs'>
    : never
  : never;

const opened: ServerMetrics[] = [];

afterEach(async () => {
  for (const metrics of opened.splice(0)) await metrics.close();
});

const labels = {
  agent: 'acme',
  pipeline: 'embedded',
  leg: 'realtime',
  codec: 'g711_ulaw',
} as const;

function open(sent = { ms: 0 }) {
  const metrics = new ServerMetrics({ sessions: () => new Map() });
  opened.push(metrics);
  const channel = new SessionMetricsChannel({
    metrics: metrics.sessions,
    usage: metrics.usage,
    labels,
    startedAtMs: 1_000,
    modality: 'audio',
    agentTools: [{ name: 'lookup_order' }],
    sentMs: () => sent.ms,
  });
  return {
    metrics,
    channel,
    tell: (...events: readonly News[]) => {
      for (const event of events) channel.notify({ atMs: 61_000, ...event });
    },
    /** The samples of a metric by what they are told apart by. */
    read: async (metric: string) => {
      const { samples } = readPrometheusText(await metrics.text());
      const shown = samples
        .filter(({ name }) => name === metric)
        .map(({ labels: all, value }) => {
          const { gen_ai_agent_name: agent, antiphon_pipeline: pipeline, ...others } = all;
          const { antiphon_leg: leg, antiphon_codec: codec, ...more } = others;
          expect({ agent, pipeline, leg, codec }).toEqual(labels);
          return [Object.values(more).join(' '), value] as const;
        });
      return Object.fromEntries(shown);
    },
  };
}

function measured(report: Partial<TurnReport>): News {
  return {
    type: 'turn.measured',
    report: {
      turn: 1,
      itemId: 'item_1',
      generationId: 'gen_1',
      voiceEndAtMs: 0,
      committedAtMs: 500,
      firstAudioAtMs: 800,
      hops: {
        endpointing: 500,
        wait: null,
        inference: 100,
        aggregation: null,
        synthesis: 180,
        egress: 20,
      },
      voiceToVoiceMs: 800,
      postEndpointMs: 300,
      unexplainedMs: 0,
      ...report,
    },
  };
}

describeControlChannel('session metrics', () => open().channel);

describe('SessionMetricsChannel', () => {
  it('has the latency of each turn and of each hop that was marked, in seconds', async () => {
    const { tell, read } = open();
    tell(measured({}), measured({ voiceToVoiceMs: 1_200 }));
    expect(await read('antiphon_turn_latency_sum')).toEqual({ '': 2 });
    expect(await read('antiphon_turn_latency_bucket')).toMatchObject({
      '0.65': 0,
      '0.8': 1,
      '1': 1,
      '1.5': 2,
      '+Inf': 2,
    });
    expect(await read('antiphon_turn_hop_duration_count')).toEqual({
      endpointing: 2,
      inference: 2,
      synthesis: 2,
      egress: 2,
    });
    expect((await read('antiphon_turn_hop_duration_sum'))['endpointing']).toBe(1);
  });

  it('has no latency of a turn that nobody spoke before', async () => {
    const { tell, read } = open();
    tell(measured({ voiceToVoiceMs: null }));
    expect(await read('antiphon_turn_latency_count')).toEqual({});
    expect(await read('antiphon_turn_hop_duration_count')).toMatchObject({ egress: 1 });
  });

  it('counts the hops that took longer than the agent allows', async () => {
    const { tell, read } = open();
    const budgetsMs = { ...DEFAULT_HOP_BUDGETS_MS, endpointing: 400, synthesis: 200 };
    tell(measured({}), measured({ budgetsMs }));
    expect(await read('antiphon_turn_budgets_exceeded_total')).toEqual({
      endpointing: 1,
      synthesis: 1,
    });
  });

  it('counts what came of speech over the agent', async () => {
    const { tell, read } = open();
    const decided = { type: 'bargeIn.decided', itemId: null, playedMs: 300 } as const;
    tell({ ...decided, verdict: 'cut' }, { ...decided, verdict: 'falseAlarm' });
    tell({ ...decided, verdict: 'cut' });
    expect(await read('antiphon_barge_ins_total')).toEqual({ cut: 2, false_alarm: 1 });
  });

  it('has the time to the first token where the engine marks it', async () => {
    const { tell, read } = open();
    const { report } = measured({}) as Extract<News, { type: 'turn.measured' }>;
    tell(measured({}), measured({ hops: { ...report.hops, inference: null } }));
    const metric = 'gen_ai_client_operation_time_to_first_chunk';
    expect(await read(`${metric}_count`)).toEqual({ chat: 1 });
    expect(await read(`${metric}_sum`)).toEqual({ chat: 0.1 });
  });

  it('counts what was done to texts before they were spoken, by kind', async () => {
    const { tell, read } = open();
    const edited = { type: 'generation.edited', generationId: 'gen_1' } as const;
    tell({ ...edited, edits: ['markup', 'list'] }, { ...edited, edits: ['markup'] });
    expect(await read('antiphon_speech_edits_total')).toEqual({ markup: 2, list: 1 });
  });

  it('counts the requests that another provider took over, by whose they were and why', async () => {
    const { tell, read } = open();
    const slow = { service: 'languageModel', from: 'openai gpt', to: 'b', why: 'slow' } as const;
    const tookOver = { type: 'provider.tookOver', code: null, ...slow } as const;
    tell(tookOver, tookOver, { ...tookOver, why: 'open' });
    expect(await read('antiphon_provider_failovers_total')).toEqual({
      'languageModel openai gpt slow': 2,
      'languageModel openai gpt open': 1,
    });
  });

  it('has how soon the agent fell silent, and was cut, after a caller spoke over it', async () => {
    const { channel, read } = open();
    const trial = new TestSession({}, {}, { channels: [channel] });
    agentSpeaks(trial);
    trial.detectors.detector.start();
    trial.hear(1_200);
    const reactions = await read('antiphon_barge_in_reaction_count');
    expect(reactions).toEqual({ silenced: 1, cut: 1 });
    const sums = await read('antiphon_barge_in_reaction_sum');
    expect(sums['silenced']).toBe(0);
    expect(sums['cut']).toBe(1);
    expect(await read('antiphon_barge_ins_total')).toEqual({ cut: 1 });
  });

  it('has no reaction to speech that the agent is not interrupted by', async () => {
    const { channel, read } = open();
    const turnDetection = { ...TEST_CONFIG.turnDetection!, interruptsResponse: false };
    const trial = new TestSession({}, { turnDetection }, { channels: [channel] });
    agentSpeaks(trial);
    trial.callerTurn(600);
    trial.hear(3_000);
    expect(trial.channel.events.map(({ type }) => type)).toContain('playout.drained');
    expect(await read('antiphon_barge_in_reaction_count')).toEqual({});
  });

  it('has the audio that was sent between the onset and the silence', async () => {
    const sent = { ms: 1_000 };
    const { tell, read } = open(sent);
    const moved = { type: 'state.changed', region: 'agentAudio', from: 'idle' } as const;
    tell(
      { ...moved, to: 'playing', cause: 'playout.started' },
      { type: 'caller.speechStarted', itemId: 'item_1', audioStartMs: 0 },
    );
    sent.ms = 1_040;
    tell({ ...moved, to: 'held', cause: 'playout.held' });
    expect(await read('antiphon_barge_in_overshoot_sum')).toEqual({ '': 0.04 });
  });

  it('counts waits in which nobody is heard for more than two seconds', async () => {
    const { channel, read } = open();
    const trial = new TestSession({}, {}, { channels: [channel] });
    const answerAfter = (ms: number) => {
      trial.callerTurn(600);
      trial.hear(ms);
      agentSays(trial);
      trial.hear(3_000);
    };
    answerAfter(1_900);
    expect(await read('antiphon_dead_air_total')).toEqual({});
    answerAfter(2_100);
    expect(await read('antiphon_dead_air_total')).toEqual({ '': 1 });
    trial.callerTurn(600);
    trial.hear(2_100);
    trial.session.control.end('callerLeft');
    expect(await read('antiphon_dead_air_total')).toEqual({ '': 2 });
  });

  it('counts no silence in which the agent waits for the caller, or is read', async () => {
    const { channel, read } = open();
    const trial = new TestSession({}, {}, { channels: [channel] });
    trial.hear(5_000);
    trial.session.control.configure({ ...trial.session.control.config, modality: 'text' });
    trial.callerTurn(600);
    trial.hear(5_000);
    trial.session.control.end('callerLeft');
    expect(await read('antiphon_dead_air_total')).toEqual({});
  });

  it('counts handoffs by why, and by the tool that went wrong, those of clients together', async () => {
    const { tell, read } = open();
    const handOff = { type: 'handoff.requested', details: '{"reason":"jane"}' } as const;
    tell(
      { ...handOff, cause: { reason: 'asked', tool: null } },
      { ...handOff, cause: { reason: 'tool_overdue', tool: 'lookup_order' } },
      { ...handOff, cause: { reason: 'tool_error', tool: 'of_janes_client' } },
    );
    expect(await read('antiphon_escalations_total')).toEqual({
      asked: 1,
      'tool_overdue lookup_order': 1,
      'tool_error other_tool': 1,
    });
  });

  it('counts broken invariants, failures and ends', async () => {
    const { tell, read } = open();
    tell(
      { type: 'invariant.violated', name: 'noDeadAir', detail: 'jane@example.com' },
      { type: 'engine.failed', code: 'rate_limit', message: 'jane@example.com' },
      { type: 'engine.failed', code: 'jane said no', message: '' },
      { type: 'session.ended', reason: 'handedOff' },
    );
    expect(await read('antiphon_invariant_violations_total')).toEqual({ noDeadAir: 1 });
    expect(await read('antiphon_engine_failures_total')).toEqual({ rate_limit: 1, _OTHER: 1 });
    expect(await read('antiphon_sessions_ended_total')).toEqual({ handedOff: 1 });
    expect(await read('antiphon_session_duration_sum')).toEqual({ '': 60 });
  });

  it('counts what providers used as what this agent used', async () => {
    const { tell, metrics } = open();
    const tokens = { inputTextTokens: 1, inputAudioTokens: 0, cachedTextTokens: 0 };
    const more = { outputTextTokens: 1, outputAudioTokens: 0, cachedAudioTokens: 0 };
    const whose = { operation: 'chat', provider: 'openai', model: 'gpt' } as const;
    const measures = { audioMs: 0, characters: 0, dollars: null, durationMs: 700, errorCode: null };
    tell({
      type: 'provider.used',
      ...whose,
      ...tokens,
      ...more,
      ...measures,
    });
    const { samples } = readPrometheusText(await metrics.text());
    const durations = samples.filter(({ name }) => name === 'gen_ai_client_operation_duration_sum');
    const told = { gen_ai_agent_name: 'acme', antiphon_pipeline: 'embedded' };
    expect(durations).toMatchObject([{ labels: told, value: 0.7 }]);
  });

  it('tells nothing of what was said', async () => {
    const { tell, metrics } = open();
    tell(
      {
        type: 'handoff.requested',
        details: '{"reason":"jane"}',
        cause: { reason: 'tool_error', tool: 'jane' },
      },
      { type: 'invariant.violated', name: 'noDeadAir', detail: 'jane' },
      { type: 'engine.failed', code: 'jane said no', message: 'jane' },
    );
    expect(await metrics.text()).not.toContain('jane');
  });

  it('makes as many metric calls for a long turn as for a short one', async () => {
    const short = await callsOf(1_000);
    const long = await callsOf(20_000);
    expect(long.frames).toBeGreaterThan(short.frames + 900);
    expect(short.calls).toEqual(long.calls);
    expect(long.calls).toMatchObject({
      'antiphon.turn.latency': 2,
      'antiphon.sessions.ended': 1,
      'antiphon.tool.calls': 1,
    });
  });
});

function agentSpeaks(trial: TestSession): void {
  trial.callerTurn(600);
  agentSays(trial);
  trial.hear(400);
}

function agentSays(trial: TestSession): void {
  trial.engine.session.speak('one two three four five six seven eight nine ten');
  trial.engine.session.end();
}

/** The metric calls of a session with a turn of this length that a tool is called in. */
async function callsOf(turnMs: number) {
  const calls: Record<string, number> = {};
  const meter = createNoopMeter();
  const count = (name: string) => () => {
    calls[name] = (calls[name] ?? 0) + 1;
  };
  meter.createHistogram = (name) => ({ record: count(name) });
  meter.createCounter = (name) => ({ add: count(name) });
  const { tools } = TEST_CONFIG;
  const trial = new ToolSession({
    more: {
      channels: [
        new SessionMetricsChannel({
          metrics: new SessionMetrics(meter),
          usage: new UsageMetrics(meter),
          labels,
          startedAtMs: 0,
          modality: 'audio',
          agentTools: tools,
          sentMs: () => 0,
        }),
        new ToolMetricsChannel({
          metrics: new ToolMetrics(meter),
          agent: 'acme',
          agentTools: tools,
          tools,
        }),
      ],
    },
  });
  trial.says('Hello there.', turnMs);
  await trial.wait(3_000);
  trial.calls('lookup_order');
  await trial.wait(100);
  await trial.tools.finish('{}');
  await trial.wait(3_000);
  trial.session.control.end('callerLeft');
  return { calls, frames: trial.session.control.audioMs / 20 };
}

import type { ControlChannel } from '@antiphon/session';
import { TEST_CONFIG, TestSession, ToolSession } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { KeptTracing } from '../testing/kept-tracing.ts';

function markedAnswer(test: TestSession, text: string): void {
  const { session } = test.engine;
  const { generationId } = session.request;
  const mark = (name: 'firstToken' | 'firstSentence' | 'firstByte', ms: number): void => {
    test.hear(ms);
    session.emit({ type: 'generation.mark', generationId, mark: name, atMs: test.clock.now() });
  };
  mark('firstToken', 200);
  mark('firstSentence', 60);
  mark('firstByte', 100);
  session.speak(text);
}

function plainTurn(channels: readonly ControlChannel[]): TestSession {
  const test = new TestSession({}, {}, { channels });
  test.hear(200);
  test.callerTurn(600);
  markedAnswer(test, 'one two three four');
  test.engine.session.end();
  test.hear(1_200);
  return test;
}

describe('the trace of a turn', () => {
  it('says where the milliseconds of a plain turn went', async () => {
    const kept = new KeptTracing();
    plainTurn(kept.channels()).session.control.end('clientEnded');
    expect(await kept.picture()).toMatchInlineSnapshot(`
      "antiphon.session.start 0..0
      invoke_agent test 200..1960 links 1 leg=realtime agent.invocation.end_reason=completed turn.interrupted=false turn.index=1 turn.unexplained_ms=0 turn.post_endpoint_ms=360 turn.budgets_exceeded=aggregation turn.latency_ms=880
        * antiphon.state 800 state.region=turn state.from=listening state.to=responding.thinking state.cause=caller.turnCommitted
        * antiphon.state 1160 state.region=agentAudio state.from=idle state.to=playing state.cause=playout.started
        * antiphon.first_audio 1160 generation.kind=answer
        * antiphon.state 1160 state.region=turn state.from=responding.thinking state.to=responding.speaking state.cause=agent.firstAudio
        * antiphon.state 1960 state.region=agentAudio state.from=playing state.to=idle state.cause=playout.drained
        * antiphon.state 1960 state.region=turn state.from=responding.speaking state.to=listening state.cause=playout.drained
        user_speech 200..280
        antiphon.ingress 280..280 ingress.jitter_ms=0
        antiphon.endpointing 280..800
          antiphon.vad.hangover 280..800
          speech_to_text 280..800
        antiphon.response 800..1160 generation.kind=answer generation.outcome=completed turn.index=1
          chat 800..1000 response.time_to_first_chunk=0.2 usage.input_tokens=1 usage.output_tokens=1
          antiphon.text_aggregation 1000..1060 hop.budget_exceeded=true hop.budget_ms=30
          text_to_speech 1060..1160 synthesis.piece=0
          antiphon.egress 1160..1160
        antiphon.playout 1160..1960 generation.kind=answer playout.played_ms=800 playout.generated_ms=800 playout.interrupted=false
      antiphon.session.end 2360..2360 links 1 session.end_reason=clientEnded"
    `);
  });

  it('says what was played when the caller cut in, and is followed by a linked one', async () => {
    const kept = new KeptTracing();
    const test = new TestSession({}, {}, { channels: kept.channels() });
    test.callerTurn(600);
    markedAnswer(test, 'one two three four five six');
    test.engine.session.end();
    test.hear(300);
    test.detectors.detector.start();
    test.engine.session.transcript = 'stop it please now';
    test.hear(700);
    test.detectors.detector.stop();
    markedAnswer(test, 'fine');
    test.engine.session.end();
    test.hear(600);
    test.session.control.end('clientEnded');
    expect(await kept.picture()).toMatchInlineSnapshot(`
      "antiphon.session.start 0..0
      invoke_agent test 0..1960 links 1 leg=realtime agent.invocation.end_reason=interrupted turn.interrupted=true turn.index=1 turn.unexplained_ms=0 turn.post_endpoint_ms=360 turn.budgets_exceeded=aggregation turn.latency_ms=880
        * antiphon.state 600 state.region=turn state.from=listening state.to=responding.thinking state.cause=caller.turnCommitted
        * antiphon.state 960 state.region=agentAudio state.from=idle state.to=playing state.cause=playout.started
        * antiphon.first_audio 960 generation.kind=answer
        * antiphon.state 960 state.region=turn state.from=responding.thinking state.to=responding.speaking state.cause=agent.firstAudio
        * antiphon.state 1260 state.region=caller state.from=silent state.to=speaking state.cause=caller.speechStarted
        * antiphon.state 1260 state.region=turn state.from=responding.speaking state.to=truncated.deciding state.cause=caller.speechStarted
        * antiphon.state 1260 state.region=agentAudio state.from=playing state.to=held state.cause=playout.held
        * antiphon.state 1960 state.region=turn state.from=truncated.deciding state.to=truncated.cut state.cause=bargeIn.confirmed
        * antiphon.barge_in 1960 barge_in.stage=cut playout.played_ms=300
        * antiphon.state 1960 state.region=agentAudio state.from=held state.to=idle state.cause=playout.cut
        * antiphon.state 1960 state.region=turn state.from=truncated.cut state.to=listening state.cause=history.cut
        user_speech 0..80
        antiphon.ingress 80..80 ingress.jitter_ms=0
        antiphon.endpointing 80..600
          antiphon.vad.hangover 80..600
          speech_to_text 80..600
        antiphon.response 600..960 generation.kind=answer generation.outcome=completed turn.index=1
          chat 600..800 response.time_to_first_chunk=0.2 usage.input_tokens=1 usage.output_tokens=1
          antiphon.text_aggregation 800..860 hop.budget_exceeded=true hop.budget_ms=30
          text_to_speech 860..960 synthesis.piece=0
          antiphon.egress 960..960
        antiphon.playout 960..1960 generation.kind=answer playout.played_ms=300 playout.generated_ms=1200 playout.interrupted=true
      invoke_agent test 1260..2520 links 2 leg=realtime agent.invocation.end_reason=completed turn.interrupted=false turn.index=2 turn.unexplained_ms=0 turn.post_endpoint_ms=360 turn.budgets_exceeded=aggregation turn.latency_ms=880
        * antiphon.state 1960 state.region=turn state.from=listening state.to=responding.thinking state.cause=caller.turnCommitted
        * antiphon.state 2320 state.region=agentAudio state.from=idle state.to=playing state.cause=playout.started
        * antiphon.first_audio 2320 generation.kind=answer
        * antiphon.state 2320 state.region=turn state.from=responding.thinking state.to=responding.speaking state.cause=agent.firstAudio
        * antiphon.state 2520 state.region=agentAudio state.from=playing state.to=idle state.cause=playout.drained
        * antiphon.state 2520 state.region=turn state.from=responding.speaking state.to=listening state.cause=playout.drained
        user_speech 1260..1440
        antiphon.ingress 1440..1440 ingress.jitter_ms=0
        antiphon.endpointing 1440..1960
          antiphon.vad.hangover 1440..1960
          speech_to_text 1440..1960
        antiphon.response 1960..2320 generation.kind=answer generation.outcome=completed turn.index=2
          chat 1960..2160 response.time_to_first_chunk=0.2 usage.input_tokens=1 usage.output_tokens=1
          antiphon.text_aggregation 2160..2220 hop.budget_exceeded=true hop.budget_ms=30
          text_to_speech 2220..2320 synthesis.piece=0
          antiphon.egress 2320..2320
        antiphon.playout 2320..2520 generation.kind=answer playout.played_ms=200 playout.generated_ms=200 playout.interrupted=false
      antiphon.session.end 2920..2920 links 1 session.end_reason=clientEnded"
    `);
  });

  it('has the tool that was waited for, its cover and the answer after it', async () => {
    const kept = new KeptTracing();
    const test = new ToolSession({ more: { channels: kept.channels() } });
    test.calls('lookup_order');
    await test.wait(1_500);
    await test.tools.finish('{"status":"lost"}');
    await test.wait(1_000);
    test.session.control.end('clientEnded');
    expect(await kept.picture()).toMatchInlineSnapshot(`
      "antiphon.session.start 0..0
      invoke_agent test 400..3100 links 1 leg=realtime agent.invocation.end_reason=completed turn.interrupted=false turn.index=2 turn.unexplained_ms=0 turn.post_endpoint_ms=500 turn.latency_ms=1020
        * antiphon.state 1400 state.region=turn state.from=listening state.to=responding.thinking state.cause=caller.turnCommitted
        * antiphon.state 1400 state.region=turn state.from=responding.thinking state.to=toolPending.quiet state.cause=agent.generationEnded
        * antiphon.state 1900 state.region=turn state.from=toolPending.quiet state.to=toolPending.covering state.cause=tool.coverDue
        * antiphon.first_audio 1900 generation.kind=cover
        * antiphon.state 1900 state.region=agentAudio state.from=idle state.to=playing state.cause=playout.started
        * antiphon.state 2300 state.region=agentAudio state.from=playing state.to=idle state.cause=playout.drained
        * antiphon.state 2300 state.region=turn state.from=toolPending.covering state.to=toolPending.quiet state.cause=playout.drained
        * antiphon.state 2900 state.region=turn state.from=toolPending.quiet state.to=responding.thinking state.cause=tool.settled
        * antiphon.first_audio 2900 generation.kind=answer
        * antiphon.state 2900 state.region=agentAudio state.from=idle state.to=playing state.cause=playout.started
        * antiphon.state 2900 state.region=turn state.from=responding.thinking state.to=responding.speaking state.cause=agent.firstAudio
        * antiphon.state 3100 state.region=agentAudio state.from=playing state.to=idle state.cause=playout.drained
        * antiphon.state 3100 state.region=turn state.from=responding.speaking state.to=listening state.cause=playout.drained
        execute_tool lookup_order 1400..2900 tool.queued=false tool.confirm=none tool.outcome=result
          * antiphon.cover 1900
        user_speech 400..880
        antiphon.ingress 880..880 ingress.jitter_ms=0
        antiphon.endpointing 880..1400
          antiphon.vad.hangover 880..1400
          speech_to_text 880..1400
        antiphon.response 1400..1400 generation.kind=answer generation.outcome=completed
          chat 1400..1400 usage.input_tokens=1 usage.output_tokens=1
        antiphon.response 1900..1900 generation.kind=cover generation.outcome=completed turn.index=2
          antiphon.egress 1900..1900
        antiphon.playout 1900..2300 generation.kind=cover playout.played_ms=400 playout.generated_ms=400 playout.interrupted=false
        antiphon.response 2900..2900 generation.kind=answer generation.outcome=completed turn.index=3
          antiphon.egress 2900..2900
        antiphon.playout 2900..3100 generation.kind=answer playout.played_ms=200 playout.generated_ms=200 playout.interrupted=false
      antiphon.session.end 3900..3900 links 1 session.end_reason=clientEnded"
    `);
  });

  it('says how the last sound came in, how likely the turn was over, and when each piece sounded', async () => {
    const kept = new KeptTracing();
    const channels = kept.channels({
      rttMs: () => 42,
      codec: () => 'g711_ulaw',
    });
    const turnDetection = { ...TEST_CONFIG.turnDetection!, mode: 'semantic' as const };
    const test = new TestSession({}, { turnDetection }, { channels });
    const { detector } = test.detectors;
    detector.start();
    // Chunks of 100 ms: what is said at the beginning of one is only there at its end.
    const hearChunks = (count: number): void => {
      for (let chunk = 0; chunk < count; chunk++) {
        test.clock.advance(100);
        test.leg.speak(new Int16Array(800));
      }
    };
    hearChunks(5);
    const { itemId } = test.channel.of('caller.speechStarted')[0]!;
    hearChunks(1);
    test.engine.session.emit({
      type: 'transcript',
      itemId,
      text: 'my order',
      isFinal: false,
      endOfTurn: 0.6,
    });
    // The voice ended 40 ms after the chunk before had.
    detector.pauseAt(540);
    hearChunks(3);
    markedAnswer(test, 'one two three four');
    const { generationId } = test.engine.session.request;
    const startedAtMs = test.clock.now();
    test.hear(40);
    const firstByteAtMs = test.clock.now();
    for (const piece of [0, 1]) {
      const { session } = test.engine;
      session.emit({ type: 'generation.piece', generationId, piece, startedAtMs, firstByteAtMs });
    }
    test.engine.session.speak('five six');
    test.engine.session.end();
    test.hear(1_600);
    test.session.control.end('clientEnded');
    const drawn = await kept.picture();
    expect(drawn.replaceAll(/^ *\* .*\n/gmu, '')).toMatchInlineSnapshot(`
      "antiphon.session.start 0..0
      invoke_agent test 0..2460 links 1 leg=realtime codec=g711_ulaw agent.invocation.end_reason=completed turn.interrupted=false turn.index=1 turn.unexplained_ms=0 turn.post_endpoint_ms=420 turn.budgets_exceeded=inference,aggregation turn.latency_ms=720
        user_speech 0..540
        antiphon.ingress 540..600 ingress.jitter_ms=0 ingress.rtt_ms=42
        antiphon.endpointing 540..840
          antiphon.vad.hangover 540..840
          antiphon.eou.predict 540..600 eou.probability=0.6 eou.threshold=0.5 eou.window_ms=300
          speech_to_text 540..840
        antiphon.response 840..1300 generation.kind=answer generation.outcome=completed turn.index=1
          chat 840..1100 hop.budget_exceeded=true hop.budget_ms=550 response.time_to_first_chunk=0.26 usage.input_tokens=1 usage.output_tokens=1
          antiphon.text_aggregation 1100..1160 hop.budget_exceeded=true hop.budget_ms=30
          text_to_speech 1160..1260 synthesis.piece=0
          antiphon.egress 1260..1260
          text_to_speech 1260..1300 synthesis.piece=1
        antiphon.playout 1260..2460 generation.kind=answer playout.played_ms=1200 playout.generated_ms=1200 playout.interrupted=false
      antiphon.session.end 2900..2900 links 1 session.end_reason=clientEnded"
    `);
  });

  it('is kept, and has an event, where another provider took over in it or while it was spoken', async () => {
    const kept = new KeptTracing({ ratio: 0 });
    const test = new TestSession({}, {}, { channels: kept.channels() });
    const { context } = test.engine.session;
    const why = { from: 'a', to: 'b', why: 'failed', code: 'provider_lost' } as const;
    context.onTookOver?.({ service: 'speechToText', ...why });
    test.callerTurn(600);
    context.onTookOver?.({ service: 'languageModel', ...why, why: 'slow', code: null });
    markedAnswer(test, 'one two');
    test.engine.session.end();
    test.hear(800);
    test.session.control.end('clientEnded');
    const turn = (await kept.spans()).find(({ name }) => name === 'invoke_agent test');
    expect(turn?.attributes['antiphon.turn.failed_over']).toBe(true);
    const failovers = turn?.events.filter(({ name }) => name === 'antiphon.provider.failover');
    expect(failovers?.map(({ attributes }) => attributes)).toEqual([
      {
        'antiphon.provider.service': 'speechToText',
        'antiphon.provider.name': 'a',
        'antiphon.provider.next': 'b',
        'antiphon.provider.failover_reason': 'failed',
        'error.type': 'provider_lost',
      },
      {
        'antiphon.provider.service': 'languageModel',
        'antiphon.provider.name': 'a',
        'antiphon.provider.next': 'b',
        'antiphon.provider.failover_reason': 'slow',
      },
    ]);
  });

  it('is linked to the turn before and to the start of the session', async () => {
    const kept = new KeptTracing();
    const test = plainTurn(kept.channels());
    test.callerTurn(600);
    markedAnswer(test, 'two');
    test.engine.session.end();
    test.hear(600);
    test.session.control.end('clientEnded');
    const roots = (await kept.spans()).filter(({ parentSpanContext }) => !parentSpanContext);
    const [start, first, second, end] = roots;
    const linksOf = (span = start) => span?.links.map(({ context }) => context.spanId);
    expect(roots.map(({ name }) => name)).toEqual([
      'antiphon.session.start',
      'invoke_agent test',
      'invoke_agent test',
      'antiphon.session.end',
    ]);
    expect(linksOf(first)).toEqual([start?.spanContext().spanId]);
    expect(linksOf(second)).toEqual([start?.spanContext().spanId, first?.spanContext().spanId]);
    expect(linksOf(end)).toEqual([start?.spanContext().spanId]);
  });

  it('is told by the turns it holds, once it is exported', async () => {
    const kept = new KeptTracing();
    const test = plainTurn(kept.channels());
    const root = (await kept.spans()).find(({ name }) => name === 'invoke_agent test');
    expect(kept.turns).toMatchObject([{ traceId: root?.spanContext().traceId, turns: [1] }]);
    test.session.control.end('clientEnded');
  });

  it('is ended and exported with the session while a tool still runs', async () => {
    const kept = new KeptTracing();
    const test = new ToolSession({ more: { channels: kept.channels() } });
    test.calls('lookup_order');
    test.session.control.end('callerLeft');
    const names = (await kept.spans()).map(({ name }) => name);
    expect(names.slice(1)).toEqual([
      'execute_tool lookup_order',
      'user_speech',
      'antiphon.ingress',
      'antiphon.endpointing',
      'antiphon.vad.hangover',
      'speech_to_text',
      'chat',
      'antiphon.response',
      'invoke_agent test',
      'antiphon.session.end',
    ]);
  });
});

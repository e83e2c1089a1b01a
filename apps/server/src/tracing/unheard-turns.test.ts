import { NO_USAGE } from '@antiphon/session';
import { TestSession } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { KeptTracing } from '../testing/kept-tracing.ts';

/** A session that is traced, and the picture of its spans, without the events, once it is over. */
function open() {
  const kept = new KeptTracing();
  const test = new TestSession({}, {}, { channels: kept.channels() });
  const picture = async () => {
    test.session.control.end('clientEnded');
    return (await kept.picture()).replaceAll(/^ *\* .*\n/gmu, '');
  };
  return { test, picture };
}

describe('the trace of a turn without a sound of the agent', () => {
  it('says what the caller and the model took where the answer failed', async () => {
    const { test, picture } = open();
    test.callerTurn(600);
    test.hear(300);
    const { session } = test.engine;
    session.emit({
      type: 'generation.ended',
      generationId: session.request.generationId,
      outcome: 'failed',
      usage: NO_USAGE,
      error: { code: 'provider_lost', message: 'gone' },
    });
    expect(await picture()).toMatchInlineSnapshot(`
      "antiphon.session.start 0..0
      invoke_agent test 0..900 ERROR links 1 leg=realtime turn.faulted=true agent.invocation.end_reason=failed turn.interrupted=false error.type=provider_lost
        user_speech 0..80
        antiphon.ingress 80..80 ingress.jitter_ms=0
        antiphon.endpointing 80..600
          antiphon.vad.hangover 80..600
          speech_to_text 80..600
        antiphon.response 600..900 ERROR generation.kind=answer generation.outcome=failed error.type=provider_lost
          chat 600..900 usage.input_tokens=0 usage.output_tokens=0
      invoke_agent test 900..900 links 2 leg=realtime agent.invocation.end_reason=sessionEnded turn.interrupted=false
        antiphon.response 900..900 generation.kind=apology generation.outcome=cancelled
      antiphon.session.end 900..900 links 1 session.end_reason=clientEnded"
    `);
  });

  it('says how long the model was thinking when the caller cut in', async () => {
    const { test, picture } = open();
    test.callerTurn(600);
    test.hear(300);
    test.detectors.detector.start();
    test.hear(700);
    test.detectors.detector.stop();
    expect(await picture()).toMatchInlineSnapshot(`
      "antiphon.session.start 0..0
      invoke_agent test 0..1600 links 1 leg=realtime agent.invocation.end_reason=completed turn.interrupted=false
        user_speech 0..80
        antiphon.ingress 80..80 ingress.jitter_ms=0
        antiphon.endpointing 80..600
          antiphon.vad.hangover 80..600
          speech_to_text 80..600
        antiphon.response 600..1600 generation.kind=answer generation.outcome=cancelled
          chat 600..1600 usage.input_tokens=0 usage.output_tokens=0
      invoke_agent test 900..1600 links 2 leg=realtime agent.invocation.end_reason=sessionEnded turn.interrupted=false
        user_speech 900..1080
        antiphon.ingress 1080..1080 ingress.jitter_ms=0
        antiphon.endpointing 1080..1600
          antiphon.vad.hangover 1080..1600
          speech_to_text 1080..1600
        antiphon.response 1600..1600 generation.kind=answer generation.outcome=cancelled
          chat 1600..1600 usage.input_tokens=0 usage.output_tokens=0
      antiphon.session.end 1600..1600 links 1 session.end_reason=clientEnded"
    `);
  });

  it('says when the first words of a written answer came', async () => {
    const { test, picture } = open();
    test.callerTurn(600);
    test.hear(200);
    const { session } = test.engine;
    const { generationId } = session.request;
    session.emit({ type: 'generation.text', generationId, delta: 'It has' });
    test.hear(200);
    session.emit({ type: 'generation.text', generationId, delta: ' shipped.' });
    session.end();
    expect(await picture()).toMatchInlineSnapshot(`
      "antiphon.session.start 0..0
      invoke_agent test 0..1000 links 1 leg=realtime agent.invocation.end_reason=completed turn.interrupted=false
        user_speech 0..80
        antiphon.ingress 80..80 ingress.jitter_ms=0
        antiphon.endpointing 80..600
          antiphon.vad.hangover 80..600
          speech_to_text 80..600
        antiphon.response 600..1000 generation.kind=answer generation.outcome=completed
          chat 600..800 response.time_to_first_chunk=0.2 usage.input_tokens=1 usage.output_tokens=1
      antiphon.session.end 1000..1000 links 1 session.end_reason=clientEnded"
    `);
  });
});

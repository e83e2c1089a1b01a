import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const greeted = (trial: WireTrial): boolean => trial.engine.requests.length > 0;

describe('a greeting', () => {
  it('is said once the first update was answered', () => {
    const trial = new WireTrial({ greets: true });
    trial.send({ type: 'session.update', session: { type: 'realtime' } });
    expect(trial.lines()).toEqual([
      'session.created',
      'session.updated',
      'response.created resp_1 in_progress []',
    ]);
    expect(trial.engine.request).toMatchObject({ kind: 'say', text: 'Hello there.' });
  });

  it('is said at the first audio', () => {
    const trial = new WireTrial({ greets: true });
    trial.hear(20);
    expect(greeted(trial)).toBe(true);
  });

  it('is not said at audio that is refused', () => {
    const trial = new WireTrial({ greets: true });
    trial.take();
    trial.send({ type: 'input_audio_buffer.append', audio: 'AA==' });
    expect(trial.lines()).toEqual(['error invalid_value for no event']);
    trial.hear(20);
    expect(greeted(trial)).toBe(true);
  });

  it('is said after half a second to a client that sends nothing', () => {
    const trial = new WireTrial({ greets: true });
    trial.clock.advance(499);
    expect(greeted(trial)).toBe(false);
    trial.clock.advance(1);
    expect(greeted(trial)).toBe(true);
  });

  it('is not repeated', () => {
    const trial = new WireTrial({ greets: true });
    trial.hear(20);
    trial.engine.end();
    trial.send({ type: 'session.update', session: { type: 'realtime' } });
    trial.clock.advance(1_000);
    expect(trial.engine.requests).toHaveLength(1);
  });

  it('is not said in a session that only listens', () => {
    const trial = new WireTrial({ greets: true });
    trial.send({ type: 'session.update', session: { type: 'transcription' } });
    expect(trial.lines()).toEqual(['session.created', 'session.updated']);
  });

  it('is not said to a client that came for a model', () => {
    const trial = new WireTrial();
    trial.send({ type: 'session.update', session: { type: 'realtime' } });
    trial.hear(600);
    expect(greeted(trial)).toBe(false);
  });
});

describe('a caller who says nothing', () => {
  const idle = (idle_timeout_ms: number | null): WireTrial => {
    const trial = new WireTrial();
    trial.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms } } },
      },
    });
    trial.send({ type: 'response.create' });
    trial.engine.speak('Hello?');
    trial.engine.end();
    trial.hear(300);
    trial.lines();
    return trial;
  };

  it('is prompted after the silence that the client set, from the end of playback on', () => {
    const trial = idle(5_000);
    trial.hear(4_880);
    expect(trial.lines()).toEqual([]);
    trial.hear(100);
    expect(trial.lines()).toEqual([
      'input_audio_buffer.timeout_triggered item_2 from 200 ms to 5200 ms',
      'input_audio_buffer.committed item_2 after item_1',
      'conversation.item.added item_2 after item_1 completed user [input_audio null]',
      'conversation.item.done item_2 after item_1 completed user [input_audio null]',
      'response.created resp_2 in_progress []',
    ]);
  });

  it('is left alone where the client set none', () => {
    const trial = idle(null);
    trial.hear(10_000);
    expect(trial.lines()).toEqual([]);
  });

  it('is not prompted while speaking, nor by a client that sends no audio', () => {
    const speaking = idle(5_000);
    speaking.detectors.detector.start();
    speaking.lines();
    speaking.hear(6_000);
    expect(speaking.lines()).toEqual([]);
    const deaf = new WireTrial();
    deaf.send({ type: 'response.create' });
    deaf.engine.end();
    deaf.lines();
    deaf.clock.advance(10_000);
    expect(deaf.lines()).toEqual([]);
  });
});

describe('an answer longer than what is sent ahead', () => {
  /** Fifteen seconds of speech, of which all but five may be sent within milliseconds. */
  const long = (): WireTrial => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak(Array.from({ length: 75 }, (_, index) => `w${index}`).join(' '));
    trial.engine.end();
    return trial;
  };
  const last = (trial: WireTrial): string => trial.lines().at(-1)?.split(' "')[0] ?? '';

  it('is done when all of its audio was sent, and not before', () => {
    const trial = long();
    expect(last(trial)).toBe('response.output_audio.delta resp_1 #0 item_1 297 ms');
    trial.clock.advance(50);
    expect(last(trial)).toBe('response.output_audio.delta resp_1 #0 item_1 9600 ms');
    trial.clock.advance(4_600);
    expect(last(trial)).toBe('response.output_audio.delta resp_1 #0 item_1 4400 ms');
    trial.clock.advance(1_000);
    expect(last(trial)).toBe('response.done resp_1 completed [item_1]');
    trial.clock.advance(20_000);
    expect(trial.lines()).toEqual([]);
  });

  it('is cancelled when the caller interrupts what is still to be sent', () => {
    const trial = long();
    trial.hear(1_000);
    trial.lines();
    trial.detectors.detector.start();
    const lines = trial.lines();
    expect(lines[0]).toMatch(/^input_audio_buffer\.speech_started/u);
    expect(lines.at(-1)).toBe('response.done resp_1 cancelled [item_1] turn_detected');
    trial.clock.advance(700);
    expect(trial.lines()).toEqual(['conversation.item.truncated item_1 to 1000 ms']);
  });

  it('is cancelled when the client asks, and what it was sent counts as heard', () => {
    const trial = long();
    trial.clock.advance(1_000);
    trial.lines();
    trial.send({ type: 'response.cancel' });
    expect(trial.lines().slice(-2)).toEqual([
      'response.done resp_1 cancelled [item_1] client_cancelled',
      expect.stringMatching(/^conversation\.item\.truncated item_1 to 10[6-9]\d\d ms$/u),
    ]);
  });

  it('is not called an unknown item when it is cancelled after the client deleted its message', () => {
    const trial = long();
    trial.send({ type: 'conversation.item.delete', item_id: trial.control.items()[0]!.id });
    trial.lines();
    trial.send({ type: 'response.cancel', event_id: 'mine' });
    expect(trial.lines()).toEqual(['error response_cancel_not_active for mine']);
    trial.clock.advance(6_000);
    expect(last(trial)).toBe('response.done resp_1 completed [item_1]');
  });

  it('keeps the next one waiting, so that never two are in progress', async () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak(Array.from({ length: 75 }, (_, index) => `w${index}`).join(' '));
    trial.engine.call('lookup_order', '{}');
    trial.engine.end();
    await trial.tools.finish('{"found":true}');
    trial.engine.speak('It was found.');
    trial.engine.end();
    trial.lines();
    trial.clock.advance(10_000);
    const lines = trial.lines().filter((line) => /resp_2|item_4|response\.done/u.test(line));
    expect(lines).toEqual([
      'response.done resp_1 completed [item_1]',
      'response.created resp_2 in_progress []',
      'response.output_item.added resp_2 #0 item_4 in_progress assistant []',
      'conversation.item.added item_4 after item_3 in_progress assistant []',
      'response.content_part.added resp_2 #0 item_4 audio ""',
      'response.output_audio_transcript.delta resp_2 #0 item_4 "It was found."',
      'response.output_audio.delta resp_2 #0 item_4 600 ms',
      'response.output_audio.done resp_2 #0 item_4',
      'response.output_audio_transcript.done resp_2 #0 item_4 "It was found."',
      'response.content_part.done resp_2 #0 item_4 audio "It was found."',
      'conversation.item.done item_4 after item_3 completed assistant [output_audio "It was found."]',
      'response.output_item.done resp_2 #0 item_4 completed assistant [output_audio "It was found."]',
      'response.done resp_2 completed [item_4]',
    ]);
  });

  it('lets a plain response.create wait for the audio that is still to be sent', async () => {
    const trial = long();
    trial.lines();
    trial.send({ type: 'response.create' });
    expect(trial.lines()).toEqual([]);
    trial.clock.advance(6_000);
    await Promise.resolve();
    expect(trial.lines().slice(-2)).toEqual([
      'response.done resp_1 completed [item_1]',
      'response.created resp_2 in_progress []',
    ]);
  });
});

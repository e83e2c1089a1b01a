import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const BETA_UPDATE = {
  type: 'session.update',
  session: {
    modalities: ['text', 'audio'],
    voice: 'slt',
    input_audio_format: 'pcm16',
    output_audio_format: 'pcm16',
    input_audio_transcription: { model: 'whisper-1' },
    turn_detection: { type: 'server_vad', silence_duration_ms: 400 },
    temperature: 0.7,
    max_response_output_tokens: 100,
  },
};

describe('the beta dialect', () => {
  it('is spoken from the start to a client whose handshake asks for it', () => {
    const [created] = new WireTrial({ dialect: 'beta' }).take();
    expect(created?.session).toMatchObject({
      object: 'realtime.session',
      modalities: ['text', 'audio'],
      voice: 'slt',
      input_audio_format: 'pcm16',
      turn_detection: { type: 'server_vad' },
      max_response_output_tokens: 'inf',
    });
    expect(created?.session).not.toHaveProperty('type');
  });

  it('is turned to at a first update of its shape, and kept', () => {
    const trial = new WireTrial();
    trial.take();
    trial.send(BETA_UPDATE);
    const [updated] = trial.take();
    expect(updated?.session).toMatchObject({
      modalities: ['text', 'audio'],
      temperature: 0.7,
      max_response_output_tokens: 100,
      input_audio_transcription: { model: 'whisper-1' },
      turn_detection: { silence_duration_ms: 400, interrupt_response: true },
    });
    expect(trial.control.config).toMatchObject({ maxOutputTokens: 100 });
    trial.send({ type: 'session.update', session: { instructions: 'Shout.' } });
    expect(trial.take()[0]?.session).toMatchObject({ modalities: ['text', 'audio'] });
  });

  it('is not turned to by a later update of its shape', () => {
    const trial = new WireTrial();
    trial.send({ type: 'session.update', session: { type: 'realtime' } });
    trial.send(BETA_UPDATE);
    expect(trial.take().at(-1)?.session).toMatchObject({ type: 'realtime' });
  });

  it('tells a whole conversation', async () => {
    const trial = new WireTrial({ dialect: 'beta' });
    trial.send(BETA_UPDATE);
    trial.hear(400);
    trial.callerTurn();
    trial.engine.speak('one two three');
    trial.engine.call('client_tool', '{"a":1}', 'call_0');
    trial.engine.end();
    trial.clock.advance(5);
    trial.answerCall('call_0', '7');
    trial.send({ type: 'response.create' });
    await Promise.resolve();
    trial.engine.speak('four five');
    trial.hear(700);
    trial.detectors.detector.start();
    trial.send({
      type: 'conversation.item.truncate',
      item_id: trial.control.items().at(-1)?.id,
      content_index: 0,
      audio_end_ms: 210,
    });
    trial.send({ type: 'conversation.item.retrieve', item_id: trial.control.items().at(-1)?.id });
    expect(trial.lines()).toEqual([
      'session.created',
      'session.updated',
      'input_audio_buffer.speech_started item_1 from 100 ms',
      'input_audio_buffer.speech_stopped item_1 to 1400 ms',
      'input_audio_buffer.committed item_1 after none',
      'conversation.item.created item_1 after none completed user [input_audio null]',
      'conversation.item.input_audio_transcription.delta item_1 "heard"',
      'conversation.item.input_audio_transcription.completed item_1 "heard"',
      'response.created resp_1 in_progress []',
      'response.output_item.added resp_1 #0 item_2 in_progress assistant []',
      'conversation.item.created item_2 after item_1 in_progress assistant []',
      'response.content_part.added resp_1 #0 item_2 audio ""',
      'response.audio_transcript.delta resp_1 #0 item_2 "one two three"',
      'response.audio.delta resp_1 #0 item_2 600 ms',
      'response.audio.done resp_1 #0 item_2',
      'response.audio_transcript.done resp_1 #0 item_2 "one two three"',
      'response.content_part.done resp_1 #0 item_2 audio "one two three"',
      'response.output_item.done resp_1 #0 item_2 completed assistant [audio "one two three"]',
      'response.output_item.added resp_1 #1 item_3 in_progress function_call client_tool ""',
      'conversation.item.created item_3 after item_2 in_progress function_call client_tool ""',
      'response.function_call_arguments.delta resp_1 #1 item_3 "{\\"a\\":1}"',
      'response.function_call_arguments.done resp_1 #1 item_3 "{\\"a\\":1}"',
      'response.output_item.done resp_1 #1 item_3 completed function_call client_tool "{\\"a\\":1}"',
      'response.done resp_1 completed [item_2 item_3]',
      'conversation.item.created item_4 after item_3 completed function_call_output "7"',
      'response.created resp_2 in_progress []',
      'response.output_item.added resp_2 #0 item_5 in_progress assistant []',
      'conversation.item.created item_5 after item_4 in_progress assistant []',
      'response.content_part.added resp_2 #0 item_5 audio ""',
      'response.audio_transcript.delta resp_2 #0 item_5 "four five"',
      'response.audio.delta resp_2 #0 item_5 397 ms',
      'input_audio_buffer.speech_started item_6 from 1800 ms',
      'response.audio.done resp_2 #0 item_5',
      'response.audio_transcript.done resp_2 #0 item_5 "four five"',
      'response.content_part.done resp_2 #0 item_5 audio "four five"',
      'response.output_item.done resp_2 #0 item_5 incomplete assistant [audio "four five"]',
      'response.done resp_2 cancelled [item_5] turn_detected',
      'conversation.item.truncated item_5 to 210 ms',
      'conversation.item.retrieved item_5 incomplete assistant [audio "four"]',
    ]);
  });

  it('names what is wrong where a client of it wrote it', () => {
    const trial = new WireTrial({ dialect: 'beta' });
    trial.take();
    trial.send({ type: 'response.create', response: { voice: 'other' } });
    expect(trial.take().at(-1)?.error).toMatchObject({
      param: 'response.voice',
      message: expect.stringContaining("'response.voice'") as string,
    });
  });

  it('has a transcription session of its own', () => {
    const trial = new WireTrial({ dialect: 'beta', sessionType: 'transcription' });
    trial.send({
      type: 'transcription_session.update',
      session: { input_audio_transcription: { model: 'whisper-1' } },
    });
    trial.hear(400);
    trial.callerTurn();
    trial.send({ type: 'response.create', event_id: 'mine' });
    expect(trial.lines()).toEqual([
      'transcription_session.created',
      'transcription_session.updated',
      'input_audio_buffer.speech_started item_1 from 100 ms',
      'input_audio_buffer.speech_stopped item_1 to 1400 ms',
      'input_audio_buffer.committed item_1 after none',
      'conversation.item.created item_1 after none completed user [input_audio null]',
      'conversation.item.input_audio_transcription.delta item_1 "heard"',
      'conversation.item.input_audio_transcription.completed item_1 "heard"',
      'error invalid_event for mine',
    ]);
  });
});

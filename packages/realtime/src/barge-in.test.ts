import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const interrupted = (options = {}): WireTrial => {
  const trial = new WireTrial(options);
  trial.hear(400);
  trial.callerTurn();
  trial.engine.speak('one two three four');
  trial.hear(500);
  trial.lines();
  trial.detectors.detector.start();
  return trial;
};

describe('a barge-in', () => {
  it('is told before the tail of the response it cancels', () => {
    expect(interrupted().lines()).toEqual([
      'input_audio_buffer.speech_started item_3 from 1600 ms',
      'response.output_audio.done resp_1 #0 item_2',
      'response.output_audio_transcript.done resp_1 #0 item_2 "one two three four"',
      'response.content_part.done resp_1 #0 item_2 audio "one two three four"',
      'conversation.item.done item_2 after item_1 incomplete assistant [output_audio "one two three four"]',
      'response.output_item.done resp_1 #0 item_2 incomplete assistant [output_audio "one two three four"]',
      'response.done resp_1 cancelled [item_2] turn_detected',
    ]);
  });

  it('shows the words that were heard once the client has truncated', () => {
    const trial = interrupted();
    trial.lines();
    const item_id = trial.idOf('item_2');
    trial.send({
      type: 'conversation.item.truncate',
      item_id,
      content_index: 0,
      audio_end_ms: 450,
    });
    trial.send({ type: 'conversation.item.retrieve', item_id });
    expect(trial.lines()).toEqual([
      'conversation.item.truncated item_2 to 450 ms',
      'conversation.item.retrieved item_2 incomplete assistant [output_audio "one two"]',
    ]);
    trial.clock.advance(700);
    expect(trial.lines()).toEqual([]);
  });

  it('truncates by the clock of the server when the client says nothing', () => {
    const trial = interrupted();
    trial.lines();
    trial.clock.advance(600);
    expect(trial.lines()).toEqual(['conversation.item.truncated item_2 to 500 ms']);
    trial.send({
      type: 'conversation.item.truncate',
      item_id: trial.idOf('item_2'),
      content_index: 0,
      audio_end_ms: 250,
    });
    expect(trial.lines()).toEqual(['conversation.item.truncated item_2 to 250 ms']);
    expect(trial.control.item(trial.idOf('item_2'))).toMatchObject({ text: 'one' });
  });

  it('cuts a response that is done while the client still plays it', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak('one two three four');
    trial.engine.end();
    trial.hear(500);
    trial.lines();
    trial.detectors.detector.start();
    trial.send({
      type: 'conversation.item.truncate',
      item_id: trial.idOf('item_1'),
      content_index: 0,
      audio_end_ms: 400,
    });
    expect(trial.lines()).toEqual([
      'input_audio_buffer.speech_started item_2 from 200 ms',
      'conversation.item.truncated item_1 to 400 ms',
    ]);
  });

  it('sends nothing more of the cancelled response', () => {
    const trial = interrupted();
    trial.lines();
    trial.engine.speak('late words');
    trial.engine.end();
    expect(trial.lines()).toEqual([]);
  });

  it('leaves the response alone where the client forbids interruptions', () => {
    const trial = new WireTrial();
    trial.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        audio: { input: { turn_detection: { type: 'server_vad', interrupt_response: false } } },
      },
    });
    trial.send({ type: 'response.create' });
    trial.engine.speak('one two three four');
    trial.hear(400);
    trial.lines();
    trial.callerTurn(600);
    trial.engine.end();
    expect(trial.lines().map((line) => line.split(' ')[0])).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.output_audio.delta',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
    ]);
    trial.clock.advance(100);
    expect(trial.lines()).toEqual(['response.created resp_2 in_progress []']);
  });
});

describe('a response that the client cancels', () => {
  it('ends as cancelled by the client', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak('one two');
    trial.lines();
    trial.send({ type: 'response.cancel' });
    expect(trial.lines().at(-1)).toBe('response.done resp_1 cancelled [item_1] client_cancelled');
  });

  it('may be named by its id', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    const responseId = trial.take().at(-1)?.response?.id;
    trial.send({ type: 'response.cancel', response_id: 'resp_other', event_id: 'mine' });
    trial.send({ type: 'response.cancel', response_id: responseId });
    expect(trial.lines()).toEqual([
      'error response_cancel_not_active for mine',
      'response.done resp_1 cancelled [] client_cancelled',
    ]);
  });

  it('is cancelled too by a truncation of what is being spoken', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak('one two three');
    trial.lines();
    trial.clock.advance(300);
    trial.send({
      type: 'conversation.item.truncate',
      item_id: trial.idOf('item_1'),
      content_index: 0,
      audio_end_ms: 250,
    });
    expect(trial.lines().slice(-2)).toEqual([
      'response.done resp_1 cancelled [item_1] client_cancelled',
      'conversation.item.truncated item_1 to 250 ms',
    ]);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

/** A conversation with an item of each kind: `typed`, `call_0` with its answer, and agent audio. */
const begun = (): WireTrial => {
  const trial = new WireTrial();
  trial.type('Hi', { id: 'typed' });
  trial.send({ type: 'response.create' });
  trial.engine.call('client_tool', '{}', 'call_0');
  trial.engine.end();
  trial.answerCall('call_0', '7');
  trial.send({ type: 'response.create' });
  trial.engine.speak('one two');
  trial.engine.end();
  trial.clock.advance(1_000);
  trial.take();
  return trial;
};

const agentItemId = (trial: WireTrial): string => trial.control.items().at(-1)?.id ?? '';

const audioOf = (bytes: number): string => Buffer.alloc(bytes).toString('base64');

interface BadEvent {
  readonly of: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly code: string;
  readonly param: string | null;
  readonly message: string | RegExp;
}

const BAD_EVENTS: readonly BadEvent[] = [
  {
    of: 'an unknown type',
    event: { type: 'scooby.dooby.doo' },
    code: 'invalid_value',
    param: 'type',
    message: /^Invalid value: 'scooby\.dooby\.doo'/u,
  },
  {
    of: 'no type',
    event: {},
    code: 'invalid_event',
    param: null,
    message: "The 'type' field is missing.",
  },
  {
    of: 'audio that is no base64',
    event: { type: 'input_audio_buffer.append', audio: '%%%%' },
    code: 'invalid_value',
    param: 'audio',
    message: /base64/u,
  },
  {
    of: 'half a sample',
    event: { type: 'input_audio_buffer.append', audio: audioOf(959) },
    code: 'invalid_value',
    param: 'audio',
    message: /odd number of bytes, 959/u,
  },
  {
    of: 'a commit of less than 100 ms',
    event: { type: 'input_audio_buffer.commit' },
    code: 'input_audio_buffer_commit_empty',
    param: null,
    message:
      'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 0.00ms of audio.',
  },
  {
    of: 'a truncation of an unknown item',
    event: { type: 'conversation.item.truncate', item_id: 'no', content_index: 0, audio_end_ms: 1 },
    code: 'item_truncate_invalid_item_id',
    param: 'item_id',
    message: "Error truncating item: the item with id 'no' does not exist.",
  },
  {
    of: 'a truncation of another part of an unknown item',
    event: { type: 'conversation.item.truncate', item_id: 'no', content_index: 1, audio_end_ms: 1 },
    code: 'item_truncate_invalid_item_id',
    param: 'item_id',
    message: "Error truncating item: the item with id 'no' does not exist.",
  },
  {
    of: 'a truncation of what the caller typed',
    event: {
      type: 'conversation.item.truncate',
      item_id: 'typed',
      content_index: 0,
      audio_end_ms: 1,
    },
    code: 'invalid_value',
    param: 'item_id',
    message: 'Only model output audio messages can be truncated.',
  },
  {
    of: 'a truncation of another part',
    event: {
      type: 'conversation.item.truncate',
      item_id: 'typed',
      content_index: 1,
      audio_end_ms: 1,
    },
    code: 'invalid_value',
    param: 'content_index',
    message: /no audio content at index 1/u,
  },
  {
    of: 'a truncation between two milliseconds',
    event: {
      type: 'conversation.item.truncate',
      item_id: 'typed',
      content_index: 0,
      audio_end_ms: 1.5,
    },
    code: 'invalid_type',
    param: 'audio_end_ms',
    message: /integer/u,
  },
  {
    of: 'a retrieval of an unknown item',
    event: { type: 'conversation.item.retrieve', item_id: 'no' },
    code: 'item_retrieve_invalid_item_id',
    param: 'item_id',
    message: "Error retrieving item: the item with id 'no' does not exist.",
  },
  {
    of: 'a deletion of an unknown item',
    event: { type: 'conversation.item.delete', item_id: 'no' },
    code: 'item_delete_invalid_item_id',
    param: 'item_id',
    message: "Error deleting item: the item with id 'no' does not exist.",
  },
  {
    of: 'an item after an unknown one',
    event: {
      type: 'conversation.item.create',
      previous_item_id: 'no',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
    },
    code: 'invalid_value',
    param: 'previous_item_id',
    message: /'no' not found/u,
  },
  {
    of: 'an item whose id is taken',
    event: {
      type: 'conversation.item.create',
      item: {
        id: 'typed',
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'Hi' }],
      },
    },
    code: 'invalid_value',
    param: 'item.id',
    message: /already has an item 'typed'/u,
  },
  {
    of: 'an item without its text',
    event: {
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text' }] },
    },
    code: 'missing_required_parameter',
    param: 'item.content[0].text',
    message: "Missing required parameter: 'item.content[0].text'.",
  },
  {
    of: 'an image',
    event: {
      type: 'conversation.item.create',
      item: {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }],
      },
    },
    code: 'invalid_value',
    param: 'item.content[0].type',
    message: /do not see images/u,
  },
  {
    of: 'audio inside an item',
    event: {
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_audio', audio: 'AAAA' }] },
    },
    code: 'invalid_value',
    param: 'item.content[0].audio',
    message: /append and commit it/u,
  },
  {
    of: 'an output for an unknown call',
    event: {
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_no', output: '' },
    },
    code: 'invalid_tool_call_id',
    param: 'item.call_id',
    message: "Tool call ID 'call_no' not found in conversation.",
  },
  {
    of: 'a second output for a call',
    event: {
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_0', output: '8' },
    },
    code: 'invalid_value',
    param: 'item.call_id',
    message: /already has an output/u,
  },
  {
    of: 'a cancellation with nothing to cancel',
    event: { type: 'response.cancel' },
    code: 'response_cancel_not_active',
    param: null,
    message: 'Cancellation failed: no active response found',
  },
  {
    of: 'a response to an item that is not there',
    event: {
      type: 'response.create',
      response: { input: [{ type: 'item_reference', id: 'item_gone' }] },
    },
    code: 'invalid_value',
    param: 'response.input[0].id',
    message: /'item_gone' not found/u,
  },
  {
    of: 'a response in another voice',
    event: { type: 'response.create', response: { audio: { output: { voice: 'other' } } } },
    code: 'invalid_value',
    param: 'response.audio.output.voice',
    message: /speaks as 'slt'/u,
  },
  {
    of: 'a response in another format',
    event: {
      type: 'response.create',
      response: { audio: { output: { format: { type: 'audio/pcmu' } } } },
    },
    code: 'invalid_value',
    param: 'response.audio.output.format',
    message: /sends pcm16/u,
  },
  {
    of: 'a session update without a type',
    event: { type: 'session.update', session: { instructions: 'x' } },
    code: 'missing_required_parameter',
    param: 'session.type',
    message: "Missing required parameter: 'session.type'.",
  },
  {
    of: 'an unknown member of the session',
    event: { type: 'session.update', session: { type: 'realtime', x: 1 } },
    code: 'unknown_parameter',
    param: 'session.x',
    message: "Unknown parameter: 'session.x'.",
  },
  {
    of: 'another model',
    event: { type: 'session.update', session: { type: 'realtime', model: 'other' } },
    code: 'invalid_value',
    param: 'session.model',
    message: /Cannot update the model/u,
  },
  {
    of: 'a stored prompt',
    event: { type: 'session.update', session: { type: 'realtime', prompt: { id: 'pmpt_1' } } },
    code: 'invalid_value',
    param: 'session.prompt',
    message: /instructions/u,
  },
  {
    of: 'another voice after the agent was heard',
    event: {
      type: 'session.update',
      session: { type: 'realtime', audio: { output: { voice: 'x' } } },
    },
    code: 'cannot_update_voice',
    param: null,
    message: "Cannot update a conversation's voice if assistant audio is present.",
  },
  {
    of: 'another sample rate after the agent was heard',
    event: {
      type: 'session.update',
      session: { type: 'realtime', audio: { output: { format: { type: 'audio/pcmu' } } } },
    },
    code: 'invalid_value',
    param: 'session.audio.output.format',
    message: /sample rate is fixed/u,
  },
  {
    of: 'another type of session after it has begun',
    event: { type: 'session.update', session: { type: 'transcription' } },
    code: 'invalid_value',
    param: 'session.type',
    message: /type is fixed/u,
  },
  {
    of: 'clearing what a WebSocket client plays itself',
    event: { type: 'output_audio_buffer.clear' },
    code: 'invalid_event',
    param: null,
    message: /WebRTC/u,
  },
];

describe('a client event that cannot be carried out', () => {
  it.each(BAD_EVENTS)('is answered with an error that echoes its id: $of', (bad) => {
    const trial = begun();
    const before = JSON.stringify([trial.control.items(), trial.control.config]);
    trial.send({ ...bad.event, event_id: 'mine' });
    const [answer, ...rest] = trial.take();
    expect(rest).toEqual([]);
    expect(answer).toMatchObject({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        code: bad.code,
        param: bad.param,
        event_id: 'mine',
      },
    });
    expect(answer?.error?.message).toMatch(bad.message);
    expect(JSON.stringify([trial.control.items(), trial.control.config])).toBe(before);
    trial.send({ type: 'response.create' });
    expect(trial.lines()).toEqual(['response.created resp_1 in_progress []']);
  });

  it('is no more than a truncation a little past the end, which is taken as the end', () => {
    const trial = begun();
    const item_id = agentItemId(trial);
    const truncate = { type: 'conversation.item.truncate', item_id, content_index: 0 };
    trial.send({ ...truncate, audio_end_ms: 700, event_id: 'far' });
    const [error] = trial.take();
    expect(error?.error).toMatchObject({
      code: 'invalid_value',
      param: 'audio_end_ms',
      message: 'Audio content of 400ms is already shorter than 700ms',
      event_id: 'far',
    });
    trial.send({ ...truncate, audio_end_ms: 600 });
    expect(trial.lines()).toEqual(['conversation.item.truncated item_1 to 400 ms']);
  });

  it.each(['{', '[]', 'null', '"text"'])('has no id to echo when it is %s', (text) => {
    const trial = new WireTrial();
    trial.take();
    trial.connection.receive(text);
    expect(trial.lines()).toEqual(['error invalid_event for no event']);
  });

  it('is a binary frame, whatever is in it', () => {
    const trial = new WireTrial();
    trial.take();
    trial.connection.receiveBinary();
    expect(trial.lines()).toEqual(['error invalid_event for no event']);
  });

  it('changes nothing of the audio when it ends in half a sample', () => {
    const trial = new WireTrial();
    trial.send({ type: 'input_audio_buffer.append', audio: audioOf(9_601) });
    expect(trial.control.audioMs).toBe(0);
    trial.send({ type: 'input_audio_buffer.append', audio: audioOf(9_600) });
    expect(trial.control.audioMs).toBe(200);
  });
});

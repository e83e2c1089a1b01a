import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

describe('a connection', () => {
  it('is told of its session at once, with everything in it', () => {
    const trial = new WireTrial();
    const [created, ...rest] = trial.take();
    expect(rest).toEqual([]);
    expect(created).toMatchObject({
      type: 'session.created',
      session: {
        type: 'realtime',
        object: 'realtime.session',
        id: 'sess_test',
        model: 'test-model',
        instructions: 'Be brief.',
        expires_at: 1_000 + 3_600,
        tool_choice: 'auto',
        max_output_tokens: 'inf',
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24000 },
            transcription: null,
            turn_detection: { type: 'server_vad', silence_duration_ms: 500 },
          },
          output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'slt', speed: 1 },
        },
      },
    });
  });

  it('shows the tools that the client is to run, and none that the server runs', () => {
    const [created] = new WireTrial().take();
    expect(created?.session?.['tools']).toEqual([
      {
        type: 'function',
        name: 'client_tool',
        description: 'Runs at the client.',
        parameters: { type: 'object' },
      },
    ]);
  });

  it('gives every event an id of its own', () => {
    const trial = new WireTrial();
    trial.hear(400);
    trial.callerTurn();
    trial.engine.speak('one two');
    const ids = trial.socket.frames.map(
      (text) => (JSON.parse(text) as { event_id: string }).event_id,
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^event_[\w-]+$/u.test(id))).toBe(true);
  });
});

describe('a text turn', () => {
  it('goes from the typed item through a spoken response', () => {
    const trial = new WireTrial();
    trial.type('Hi');
    trial.send({ type: 'response.create' });
    trial.engine.speak('one two');
    trial.engine.end();
    trial.clock.advance(5);
    expect(trial.lines()).toEqual([
      'session.created',
      'conversation.item.added item_1 after none completed user [input_text "Hi"]',
      'conversation.item.done item_1 after none completed user [input_text "Hi"]',
      'response.created resp_1 in_progress []',
      'response.output_item.added resp_1 #0 item_2 in_progress assistant []',
      'conversation.item.added item_2 after item_1 in_progress assistant []',
      'response.content_part.added resp_1 #0 item_2 audio ""',
      'response.output_audio_transcript.delta resp_1 #0 item_2 "one two"',
      'response.output_audio.delta resp_1 #0 item_2 400 ms',
      'response.output_audio.done resp_1 #0 item_2',
      'response.output_audio_transcript.done resp_1 #0 item_2 "one two"',
      'response.content_part.done resp_1 #0 item_2 audio "one two"',
      'conversation.item.done item_2 after item_1 completed assistant [output_audio "one two"]',
      'response.output_item.done resp_1 #0 item_2 completed assistant [output_audio "one two"]',
      'response.done resp_1 completed [item_2]',
    ]);
  });

  it('is written where the session is text', () => {
    const trial = new WireTrial({ config: { modality: 'text' } });
    trial.send({ type: 'response.create' });
    const { generationId } = trial.engine.request;
    trial.engine.emit({ type: 'generation.text', generationId, delta: 'one ' });
    trial.engine.emit({ type: 'generation.text', generationId, delta: 'two' });
    trial.engine.end();
    expect(trial.lines()).toEqual([
      'session.created',
      'response.created resp_1 in_progress []',
      'response.output_item.added resp_1 #0 item_1 in_progress assistant []',
      'conversation.item.added item_1 after none in_progress assistant []',
      'response.content_part.added resp_1 #0 item_1 text ""',
      'response.output_text.delta resp_1 #0 item_1 "one "',
      'response.output_text.delta resp_1 #0 item_1 "two"',
      'response.output_text.done resp_1 #0 item_1 "one two"',
      'response.content_part.done resp_1 #0 item_1 text "one two"',
      'conversation.item.done item_1 after none completed assistant [output_text "one two"]',
      'response.output_item.done resp_1 #0 item_1 completed assistant [output_text "one two"]',
      'response.done resp_1 completed [item_1]',
    ]);
  });

  it('echoes the metadata and carries the overrides of its response.create', () => {
    const trial = new WireTrial();
    trial.take();
    trial.send({
      type: 'response.create',
      response: {
        metadata: { client_event_id: 'mine' },
        instructions: 'Shout.',
        output_modalities: ['text'],
        max_output_tokens: 12,
        tool_choice: 'none',
      },
    });
    trial.engine.end();
    expect(trial.engine.request).toMatchObject({
      options: {
        instructions: 'Shout.',
        modality: 'text',
        maxOutputTokens: 12,
        toolChoice: 'none',
      },
    });
    for (const { response } of trial.take()) {
      expect(response).toMatchObject({
        metadata: { client_event_id: 'mine' },
        output_modalities: ['text'],
        max_output_tokens: 12,
      });
    }
  });

  it('counts tokens when it is done', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.end();
    const [created, done] = trial.take().filter((event) => event.response);
    expect(created?.response?.usage).toBeNull();
    expect(done?.response?.usage).toMatchObject({
      total_tokens: 2,
      input_token_details: { text_tokens: 1, audio_tokens: 0 },
      output_token_details: { text_tokens: 1, audio_tokens: 0 },
    });
  });

  it('tells of a failure in the response, and apologises in another', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.end('failed');
    trial.engine.speak('Sorry.');
    trial.engine.end();
    const statuses = trial.lines().filter((line) => line.startsWith('response.done'));
    expect(statuses).toEqual([
      'response.done resp_1 failed [] failed',
      'response.done resp_2 completed [item_1]',
    ]);
  });
});

describe('a turn that the detector found', () => {
  it('is told from the onset to the end of the answer', () => {
    const trial = new WireTrial();
    trial.lines();
    trial.hear(400);
    trial.callerTurn();
    trial.engine.speak('one two');
    trial.engine.end();
    trial.clock.advance(5);
    expect(trial.lines()).toEqual([
      'input_audio_buffer.speech_started item_1 from 100 ms',
      'input_audio_buffer.speech_stopped item_1 to 1400 ms',
      'input_audio_buffer.committed item_1 after none',
      'conversation.item.added item_1 after none completed user [input_audio null]',
      'conversation.item.done item_1 after none completed user [input_audio null]',
      'response.created resp_1 in_progress []',
      'response.output_item.added resp_1 #0 item_2 in_progress assistant []',
      'conversation.item.added item_2 after item_1 in_progress assistant []',
      'response.content_part.added resp_1 #0 item_2 audio ""',
      'response.output_audio_transcript.delta resp_1 #0 item_2 "one two"',
      'response.output_audio.delta resp_1 #0 item_2 400 ms',
      'response.output_audio.done resp_1 #0 item_2',
      'response.output_audio_transcript.done resp_1 #0 item_2 "one two"',
      'response.content_part.done resp_1 #0 item_2 audio "one two"',
      'conversation.item.done item_2 after item_1 completed assistant [output_audio "one two"]',
      'response.output_item.done resp_1 #0 item_2 completed assistant [output_audio "one two"]',
      'response.done resp_1 completed [item_2]',
    ]);
  });

  it('is not answered where the client creates responses itself', () => {
    const trial = new WireTrial();
    trial.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        audio: { input: { turn_detection: { type: 'server_vad', create_response: false } } },
      },
    });
    trial.lines();
    trial.hear(400);
    trial.callerTurn();
    expect(trial.lines().at(-1)).toMatch(/^conversation.item.done item_1/u);
    trial.send({ type: 'response.create' });
    expect(trial.lines()).toEqual(['response.created resp_1 in_progress []']);
  });

  it('are told where recognition failed, and answered all the same', () => {
    const trial = new WireTrial({ transcribesByDefault: true });
    trial.engine.transcript = '';
    trial.engine.commitTurn = (itemId) =>
      trial.engine.emit({
        type: 'transcript',
        itemId,
        text: '',
        isFinal: true,
        error: { code: 'provider_timeout', message: 'It took too long.' },
      });
    trial.hear(400);
    trial.callerTurn();
    const failed = trial.take().find(({ type }) => type.endsWith('transcription.failed'));
    expect(failed?.error).toEqual({
      type: 'transcription_error',
      code: 'provider_timeout',
      message: 'It took too long.',
    });
    expect(trial.engine.requests).toHaveLength(1);
  });

  it('is transcribed for a client that asks for it', () => {
    const trial = new WireTrial({ transcribesByDefault: true });
    trial.hear(400);
    trial.callerTurn(1_000);
    const lines = trial.lines().filter((line) => line.includes('transcription'));
    expect(lines).toEqual([
      'conversation.item.input_audio_transcription.delta item_1 "heard"',
      'conversation.item.input_audio_transcription.completed item_1 "heard"',
    ]);
    const completed = trial.socket.frames.find((text) => text.includes('transcription.completed'));
    expect(JSON.parse(completed ?? '')).toMatchObject({
      content_index: 0,
      usage: { type: 'duration', seconds: 0.8 },
    });
    trial.send({ type: 'conversation.item.retrieve', item_id: trial.idOf('item_1') });
    expect(trial.lines()).toEqual([
      'conversation.item.retrieved item_1 completed user [input_audio "heard"]',
    ]);
  });

  it('is not transcribed for a client that did not ask', () => {
    const trial = new WireTrial();
    trial.hear(400);
    trial.callerTurn();
    expect(trial.lines().filter((line) => line.includes('transcription'))).toEqual([]);
    trial.send({ type: 'conversation.item.retrieve', item_id: trial.idOf('item_1') });
    expect(trial.lines()).toEqual([
      'conversation.item.retrieved item_1 completed user [input_audio null]',
    ]);
  });
});

describe('push-to-talk', () => {
  const pushToTalk = (): WireTrial => {
    const trial = new WireTrial();
    trial.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: null } } },
    });
    trial.lines();
    return trial;
  };

  it('makes an item of what was appended and waits to be asked', () => {
    const trial = pushToTalk();
    trial.hear(400);
    trial.send({ type: 'input_audio_buffer.commit' });
    expect(trial.lines()).toEqual([
      'input_audio_buffer.committed item_1 after none',
      'conversation.item.added item_1 after none completed user [input_audio null]',
      'conversation.item.done item_1 after none completed user [input_audio null]',
    ]);
    trial.send({ type: 'response.create' });
    expect(trial.lines()).toEqual(['response.created resp_1 in_progress []']);
  });

  it('forgets what is cleared', () => {
    const trial = pushToTalk();
    trial.hear(400);
    trial.send({ type: 'input_audio_buffer.clear' });
    trial.send({ type: 'input_audio_buffer.commit', event_id: 'mine' });
    expect(trial.lines()).toEqual([
      'input_audio_buffer.cleared',
      'error input_audio_buffer_commit_empty for mine',
    ]);
  });
});

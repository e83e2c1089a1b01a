import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const update = (trial: WireTrial, session: Readonly<Record<string, unknown>>) => {
  trial.take();
  trial.send({ type: 'session.update', session: { type: 'realtime', ...session } });
  const [updated, ...rest] = trial.take();
  expect(rest).toEqual([]);
  expect(updated?.type).toBe('session.updated');
  return updated?.session;
};

describe('a session update', () => {
  it('is answered with the whole configuration', () => {
    const trial = new WireTrial();
    const session = update(trial, { instructions: 'Shout.' });
    expect(session).toMatchObject({
      id: 'sess_test',
      model: 'test-model',
      instructions: 'Shout.',
      output_modalities: ['audio'],
      truncation: 'auto',
      tracing: null,
      audio: { output: { voice: 'slt' } },
    });
    expect(trial.control.config.instructions).toBe('Shout.');
  });

  it('keeps what the one before it set', () => {
    const trial = new WireTrial();
    update(trial, { instructions: 'Shout.', audio: { output: { speed: 1.2 } } });
    const session = update(trial, { tracing: 'auto' });
    expect(session).toMatchObject({
      instructions: 'Shout.',
      tracing: 'auto',
      audio: { output: { speed: 1.2 } },
    });
    expect(trial.control.config).toMatchObject({ instructions: 'Shout.', speed: 1.2 });
  });

  it('reaches everything that the session knows of', () => {
    const trial = new WireTrial();
    update(trial, {
      output_modalities: ['text'],
      max_output_tokens: 200,
      tool_choice: { type: 'function', name: 'client_tool' },
      audio: {
        input: { turn_detection: { type: 'server_vad', threshold: 0.7, silence_duration_ms: 900 } },
        output: { voice: 'rms' },
      },
    });
    expect(trial.control.config).toMatchObject({
      modality: 'text',
      maxOutputTokens: 200,
      toolChoice: { name: 'client_tool' },
      voice: 'rms',
      turnDetection: { threshold: 0.7, silenceDurationMs: 900, prefixPaddingMs: 300 },
    });
    expect(trial.detectors.detector.detection.silenceDurationMs).toBe(900);
  });

  it('returns to the agent’s own where a member is null', () => {
    const trial = new WireTrial();
    update(trial, { instructions: 'Shout.', tools: [], max_output_tokens: 10 });
    const session = update(trial, { instructions: null, tools: null, max_output_tokens: null });
    expect(session).toMatchObject({
      instructions: 'Be brief.',
      max_output_tokens: 'inf',
      tools: [{ name: 'client_tool' }],
    });
    expect(trial.control.config.maxOutputTokens).toBeNull();
  });

  it.each([
    ['high', 2_000],
    ['medium', 4_000],
    ['auto', 4_000],
    ['low', 8_000],
  ])(
    'lets semantic detection of %s eagerness wait for %i ms at the longest',
    (eagerness, silenceMs) => {
      const trial = new WireTrial();
      const turn_detection = { type: 'semantic_vad', eagerness };
      const session = update(trial, { audio: { input: { turn_detection } } });
      expect(session).toMatchObject({
        audio: {
          input: {
            turn_detection: { ...turn_detection, create_response: true, interrupt_response: true },
          },
        },
      });
      expect(trial.control.config.turnDetection).toMatchObject({
        mode: 'semantic',
        silenceDurationMs: silenceMs,
      });
    },
  );

  it('shows the semantic detection of an agent as such', () => {
    const turnDetection = {
      mode: 'semantic',
      threshold: 0.5,
      prefixPaddingMs: 300,
      silenceDurationMs: 4_000,
      createsResponse: true,
      interruptsResponse: true,
    } as const;
    const [created] = new WireTrial({ config: { turnDetection } }).take();
    expect(created?.session).toMatchObject({
      audio: { input: { turn_detection: { type: 'semantic_vad', eagerness: 'medium' } } },
    });
  });

  it('changes the voice until the agent was heard, and may repeat it afterwards', () => {
    const trial = new WireTrial();
    update(trial, { audio: { output: { voice: 'rms' } } });
    trial.send({ type: 'response.create' });
    trial.engine.speak('one');
    trial.engine.end();
    update(trial, { audio: { output: { voice: 'rms' } } });
    expect(trial.control.config.voice).toBe('rms');
  });

  it('changes the formats of both directions', () => {
    const trial = new WireTrial();
    const format = { type: 'audio/pcmu' };
    update(trial, { audio: { input: { format }, output: { format } } });
    const append = Buffer.alloc(800, 0xff).toString('base64');
    trial.send({ type: 'input_audio_buffer.append', audio: append });
    expect(trial.control.audioMs).toBe(100);
    trial.send({ type: 'response.create' });
    trial.engine.speak('one');
    const deltas = trial.take().filter((event) => event.type === 'response.output_audio.delta');
    const bytes = deltas.reduce(
      (sum, event) => sum + Buffer.byteLength(event.delta ?? '', 'base64'),
      0,
    );
    expect(bytes).toBe(1_600);
  });

  it('names the model of the client’s library to an agent’s session without harm', () => {
    const trial = new WireTrial({ greets: true, config: { greeting: null } });
    expect(update(trial, { model: 'gpt-realtime' })).toMatchObject({ model: 'test-model' });
  });

  it('turns a fresh session into one that only listens', () => {
    const trial = new WireTrial();
    trial.take();
    trial.send({ type: 'session.update', session: { type: 'transcription' } });
    expect(trial.take()[0]?.session).toMatchObject({ object: 'realtime.transcription_session' });
    trial.hear(400);
    trial.callerTurn();
    expect(trial.lines().at(-1)).toBe(
      'conversation.item.input_audio_transcription.completed item_1 "heard"',
    );
  });
});

describe('items that a client adds', () => {
  it('keep the ids and the parts the client gave them', () => {
    const trial = new WireTrial();
    trial.take();
    const content = [
      { type: 'input_text', text: 'one' },
      { type: 'input_text', text: 'two' },
    ];
    const item = { id: 'mine', type: 'message', role: 'user', content };
    trial.send({ type: 'conversation.item.create', item });
    trial.send({ type: 'conversation.item.retrieve', item_id: 'mine' });
    for (const event of trial.take()) expect(event.item).toMatchObject(item);
    expect(trial.control.item('mine')).toMatchObject({ text: 'one\ntwo', medium: 'text' });
  });

  it('stand where the client put them', () => {
    const trial = new WireTrial();
    trial.lines();
    trial.type('b', { id: 'item_b' });
    const at = (id: string, previous_item_id: string) =>
      trial.send({
        type: 'conversation.item.create',
        previous_item_id,
        item: { id, type: 'message', role: 'system', content: [{ type: 'input_text', text: id }] },
      });
    at('item_a', 'root');
    at('item_c', '');
    at('item_ab', 'item_a');
    expect(trial.lines().filter((line) => line.includes('.added'))).toEqual([
      'conversation.item.added item_1 after none completed user [input_text "b"]',
      'conversation.item.added item_2 after none completed system [input_text "item_a"]',
      'conversation.item.added item_3 after item_1 completed system [input_text "item_c"]',
      'conversation.item.added item_4 after item_2 completed system [input_text "item_ab"]',
    ]);
  });

  it('may be what the agent said, and calls with their outputs', () => {
    const trial = new WireTrial();
    const add = (item: Readonly<Record<string, unknown>>) =>
      trial.send({ type: 'conversation.item.create', item });
    add({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes?' }] });
    add({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_audio', audio: 'AAAA', transcript: 'No.' }],
    });
    add({ type: 'function_call', call_id: 'call_9', name: 'mine', arguments: '' });
    add({ type: 'function_call_output', call_id: 'call_9', output: 'ok' });
    expect(trial.lines().filter((line) => line.includes('.done'))).toEqual([
      'conversation.item.done item_1 after none completed assistant [output_text "Yes?"]',
      'conversation.item.done item_2 after item_1 completed user [input_audio "No."]',
      'conversation.item.done item_3 after item_2 completed function_call mine "{}"',
      'conversation.item.done item_4 after item_3 completed function_call_output "ok"',
    ]);
  });

  it('can be deleted', () => {
    const trial = new WireTrial();
    trial.type('Hi', { id: 'item_mine' });
    trial.lines();
    trial.send({ type: 'conversation.item.delete', item_id: 'item_mine' });
    expect(trial.lines()).toEqual(['conversation.item.deleted item_1']);
    expect(trial.control.items()).toEqual([]);
  });

  it('can be deleted while they are being made, and are not brought back', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak('one two');
    trial.lines();
    trial.send({ type: 'conversation.item.delete', item_id: trial.idOf('item_1') });
    trial.detectors.detector.start();
    trial.clock.advance(700);
    const lines = trial.lines();
    expect(lines[0]).toBe('conversation.item.deleted item_1');
    expect(lines.filter((line) => line.startsWith('conversation.')).slice(1)).toEqual([]);
    expect(lines.at(-1)).toBe('response.done resp_1 cancelled [item_1] turn_detected');
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const ask = (trial: WireTrial, response: Readonly<Record<string, unknown>> = {}): void =>
  trial.send({ type: 'response.create', response: { conversation: 'none', ...response } });

/** The engine's session of the answer out of band that was asked for last. */
const aside = (trial: WireTrial) => {
  const session = trial.engines.sessions.at(-1);
  if (!session || session === trial.engine) throw new Error('Nothing is out of band.');
  return session;
};

describe('a response out of band', () => {
  it('is told like another, without a place in the conversation', () => {
    const trial = new WireTrial();
    trial.lines();
    ask(trial, { metadata: { topic: 'mood' } });
    aside(trial).speak('one two');
    aside(trial).end();
    expect(trial.lines()).toEqual([
      'response.created resp_1 in_progress []',
      'response.output_item.added resp_1 #0 item_1 in_progress assistant []',
      'response.content_part.added resp_1 #0 item_1 audio ""',
      'response.output_audio_transcript.delta resp_1 #0 item_1 "one two"',
      'response.output_audio.delta resp_1 #0 item_1 400 ms',
      'response.output_audio.done resp_1 #0 item_1',
      'response.output_audio_transcript.done resp_1 #0 item_1 "one two"',
      'response.content_part.done resp_1 #0 item_1 audio "one two"',
      'response.output_item.done resp_1 #0 item_1 completed assistant [output_audio "one two"]',
      'response.done resp_1 completed [item_1]',
    ]);
    expect(trial.control.items()).toEqual([]);
  });

  it('echoes its metadata and belongs to no conversation', () => {
    const trial = new WireTrial();
    ask(trial, { metadata: { topic: 'mood' }, output_modalities: ['text'] });
    aside(trial).end();
    const [created, done] = trial.take().slice(-2);
    expect(created?.response).toMatchObject({ conversation_id: null, metadata: { topic: 'mood' } });
    expect(done?.response).toMatchObject({
      conversation_id: null,
      metadata: { topic: 'mood' },
      output_modalities: ['text'],
      usage: { total_tokens: 2 },
    });
  });

  it('is made from the conversation unless it brings its own context', () => {
    const trial = new WireTrial();
    trial.type('My order is late.');
    const itemId = trial.control.items()[0]!.id;
    ask(trial);
    expect(aside(trial).context.history()).toMatchObject([{ id: itemId }]);
    ask(trial, { input: [] });
    expect(aside(trial).context.history()).toEqual([]);
    ask(trial, {
      input: [
        { type: 'item_reference', id: itemId },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Is it angry?' }] },
      ],
    });
    expect(aside(trial).context.history()).toMatchObject([
      { id: itemId, text: 'My order is late.' },
      { speaker: 'caller', text: 'Is it angry?' },
    ]);
    expect(trial.control.items()).toHaveLength(1);
  });

  it('names the reference in its context that leads nowhere', () => {
    const trial = new WireTrial();
    trial.take();
    ask(trial, { input: [{ type: 'item_reference', id: 'item_gone' }] });
    expect(trial.take().map(({ error }) => error)).toMatchObject([
      { code: 'invalid_value', param: 'response.input[0].id' },
    ]);
  });

  it('goes on beside the answer of the conversation, and is not interrupted by the caller', () => {
    const trial = new WireTrial();
    trial.type('Hi');
    trial.send({ type: 'response.create' });
    ask(trial);
    trial.engine.speak('one two three four');
    aside(trial).speak('five');
    trial.hear(200);
    trial.detectors.detector.start();
    expect(trial.lines().filter((line) => line.startsWith('response.done'))).toEqual([
      'response.done resp_1 cancelled [item_2] turn_detected',
    ]);
    aside(trial).end();
    expect(trial.lines().filter((line) => line.startsWith('response.done'))).toEqual([
      'response.done resp_2 completed [item_3]',
    ]);
  });

  it('is cancelled by its id, and by nothing else', () => {
    const trial = new WireTrial();
    ask(trial);
    aside(trial).speak('five');
    trial.send({ type: 'response.cancel' });
    expect(trial.take().at(-1)?.error?.code).toBe('response_cancel_not_active');
    const { response } = trial.socket.frames
      .map((text) => JSON.parse(text) as { type: string; response?: { id: string } })
      .find(({ type }) => type === 'response.created')!;
    trial.send({ type: 'response.cancel', response_id: response!.id });
    expect(trial.lines().at(-1)).toBe('response.done resp_1 cancelled [item_1] client_cancelled');
    expect(aside(trial).isClosed).toBe(true);
    aside(trial).speak('six');
    expect(trial.take()).toEqual([]);
  });

  it('may call the tools that the client runs, and no others', () => {
    const trial = new WireTrial();
    ask(trial);
    const { request } = aside(trial);
    if (request.kind !== 'answer') throw new Error('An answer was asked for.');
    expect(request.options.tools?.map(({ name }) => name)).toEqual(['client_tool']);
    trial.lines();
    aside(trial).call('client_tool', '{"a":1}', 'call_a');
    aside(trial).end();
    expect(trial.lines()).toEqual([
      'response.output_item.added resp_1 #0 item_1 in_progress function_call client_tool ""',
      'response.function_call_arguments.delta resp_1 #0 item_1 "{\\"a\\":1}"',
      'response.function_call_arguments.done resp_1 #0 item_1 "{\\"a\\":1}"',
      'response.output_item.done resp_1 #0 item_1 completed function_call client_tool "{\\"a\\":1}"',
      'response.done resp_1 completed [item_1]',
    ]);
  });

  it('is refused beyond four at once, and possible again when one is done', () => {
    const trial = new WireTrial();
    for (let count = 0; count < 5; count++) ask(trial);
    expect(trial.take().at(-1)?.error).toMatchObject({ code: 'rate_limit_exceeded' });
    aside(trial).end();
    trial.take();
    ask(trial);
    expect(trial.take().map(({ type }) => type)).toEqual(['response.created']);
  });

  it('ends with the session, which then holds nothing of it', async () => {
    const trial = new WireTrial();
    ask(trial);
    const { isClosed } = aside(trial);
    expect(isClosed).toBe(false);
    trial.control.end('clientEnded');
    await trial.connection.session.ended;
    expect(aside(trial).isClosed).toBe(true);
    expect(trial.take().map(({ type }) => type)).toContain('response.done');
    expect(trial.clock.pending).toBe(0);
  });
});

describe('a response with a context of its own', () => {
  it('is made from it and still enters the conversation', () => {
    const trial = new WireTrial();
    trial.type('Hi');
    trial.send({
      type: 'response.create',
      response: {
        input: [
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Say two.' }] },
        ],
      },
    });
    const { request } = trial.engine;
    if (request.kind !== 'answer') throw new Error('An answer was asked for.');
    expect(request.options.context).toMatchObject([{ speaker: 'caller', text: 'Say two.' }]);
    trial.engine.speak('two');
    trial.engine.end();
    expect(trial.control.items()).toMatchObject([{ text: 'Hi' }, { text: 'two' }]);
  });
});

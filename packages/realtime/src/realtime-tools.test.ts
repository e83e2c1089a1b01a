import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const firstWords = (lines: readonly string[]): string[] =>
  lines.map((line) => line.split(' ').slice(0, 2).join(' '));

/** The engine has called the client's tool. */
const called = (...args: readonly string[]): WireTrial => {
  const trial = new WireTrial();
  trial.send({ type: 'response.create' });
  trial.lines();
  args.forEach((text, index) => trial.engine.call('client_tool', text, `call_${index}`));
  return trial;
};

describe('a tool that the client runs', () => {
  it('is called in the response, with its arguments as deltas and whole', () => {
    const trial = called('{"a":1}');
    trial.engine.end();
    expect(trial.lines()).toEqual([
      'response.output_item.added resp_1 #0 item_1 in_progress function_call client_tool ""',
      'conversation.item.added item_1 after none in_progress function_call client_tool ""',
      'response.function_call_arguments.delta resp_1 #0 item_1 "{\\"a\\":1}"',
      'response.function_call_arguments.done resp_1 #0 item_1 "{\\"a\\":1}"',
      'conversation.item.done item_1 after none completed function_call client_tool "{\\"a\\":1}"',
      'response.output_item.done resp_1 #0 item_1 completed function_call client_tool "{\\"a\\":1}"',
      'response.done resp_1 completed [item_1]',
    ]);
  });

  it('is called with an empty object where the engine wrote nothing', () => {
    const trial = called('');
    const [done] = trial.take().filter((event) => event.type === 'response.output_item.done');
    expect(done?.item?.arguments).toBe('{}');
  });

  it('is answered by the client, and the agent goes on when it is asked', () => {
    const trial = called('{}');
    trial.engine.end();
    trial.lines();
    trial.answerCall('call_0', '7');
    trial.send({ type: 'response.create' });
    trial.engine.speak('Seven.');
    expect(trial.lines().slice(0, 5)).toEqual([
      'conversation.item.added item_2 after item_1 completed function_call_output "7"',
      'conversation.item.done item_2 after item_1 completed function_call_output "7"',
      'response.created resp_2 in_progress []',
      'response.output_item.added resp_2 #0 item_3 in_progress assistant []',
      'conversation.item.added item_3 after item_2 in_progress assistant []',
    ]);
    expect(trial.engine.context.history().map((item) => item.kind)).toEqual([
      'toolCall',
      'toolOutput',
      'message',
    ]);
  });

  it('is called after the message that announces it is told whole', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak('One moment.');
    trial.engine.call('client_tool', '{}');
    trial.engine.end();
    trial.clock.advance(5);
    const lines = trial.lines();
    expect(lines.slice(-8)).toEqual([
      'response.output_item.done resp_1 #0 item_1 completed assistant [output_audio "One moment."]',
      'response.output_item.added resp_1 #1 item_2 in_progress function_call client_tool ""',
      'conversation.item.added item_2 after item_1 in_progress function_call client_tool ""',
      'response.function_call_arguments.delta resp_1 #1 item_2 "{}"',
      'response.function_call_arguments.done resp_1 #1 item_2 "{}"',
      'conversation.item.done item_2 after item_1 completed function_call client_tool "{}"',
      'response.output_item.done resp_1 #1 item_2 completed function_call client_tool "{}"',
      'response.done resp_1 completed [item_1 item_2]',
    ]);
  });

  it('is called even when the caller interrupts the words before the call', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak('One moment.');
    trial.engine.call('client_tool', '{}');
    trial.hear(100);
    trial.lines();
    trial.detectors.detector.start();
    expect(trial.lines().slice(-2)).toEqual([
      'response.output_item.done resp_1 #1 item_3 completed function_call client_tool "{}"',
      'response.done resp_1 cancelled [item_1 item_3] turn_detected',
    ]);
  });
});

describe('a response.create while a response is active', () => {
  it('waits for a response with calls, and several become one', async () => {
    const trial = called('{"k":1}', '{"k":2}');
    trial.lines();
    trial.answerCall('call_0', 'one');
    trial.send({ type: 'response.create' });
    trial.answerCall('call_1', 'two');
    trial.send({ type: 'response.create' });
    expect(firstWords(trial.lines())).toEqual([
      'conversation.item.added item_3',
      'conversation.item.done item_3',
      'conversation.item.added item_4',
      'conversation.item.done item_4',
    ]);
    trial.engine.end();
    await Promise.resolve();
    trial.engine.end();
    await Promise.resolve();
    expect(firstWords(trial.lines())).toEqual([
      'response.done resp_1',
      'response.created resp_2',
      'response.done resp_2',
    ]);
  });

  it('waits for the last output when several calls were made, and the next ones join it', async () => {
    const trial = called('{"k":1}', '{"k":2}');
    trial.engine.end();
    trial.lines();
    trial.answerCall('call_0', 'one');
    trial.send({ type: 'response.create' });
    trial.answerCall('call_1', 'two');
    trial.send({ type: 'response.create' });
    await Promise.resolve();
    trial.engine.end();
    expect(firstWords(trial.lines())).toEqual([
      'conversation.item.added item_3',
      'conversation.item.done item_3',
      'conversation.item.added item_4',
      'conversation.item.done item_4',
      'response.created resp_2',
      'response.done resp_2',
    ]);
    await Promise.resolve();
    expect(trial.lines()).toEqual([]);
  });

  it('has its answer at the last output, when no other request follows that', async () => {
    const trial = called('{"k":1}', '{"k":2}');
    trial.engine.end();
    trial.answerCall('call_0', 'one');
    trial.send({ type: 'response.create' });
    await Promise.resolve();
    trial.lines();
    trial.answerCall('call_1', 'two');
    await Promise.resolve();
    expect(firstWords(trial.lines()).at(-1)).toBe('response.created resp_2');
    trial.send({ type: 'response.create' });
    trial.engine.end();
    await Promise.resolve();
    expect(firstWords(trial.lines())).toEqual(['response.done resp_2']);
  });

  it('does not wait for the last output when it is sent once more, or after a message', () => {
    for (const insist of [() => {}, (trial: WireTrial) => trial.type('Never mind.')]) {
      const trial = called('{"k":1}', '{"k":2}');
      trial.engine.end();
      trial.answerCall('call_0', 'one');
      trial.send({ type: 'response.create' });
      insist(trial);
      trial.lines();
      trial.send({ type: 'response.create' });
      expect(firstWords(trial.lines())).toEqual(['response.created resp_2']);
    }
  });

  it('is refused when the answer to its output was asked for already', () => {
    const trial = called('{}');
    trial.engine.end();
    trial.answerCall('call_0', 'one');
    trial.send({ type: 'response.create' });
    trial.lines();
    trial.send({ type: 'response.create', event_id: 'second' });
    expect(trial.lines()).toEqual(['error conversation_already_has_active_response for second']);
  });

  it('is refused while an answer without calls is being made', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    const [, created] = trial.take();
    trial.send({ type: 'response.create', event_id: 'second' });
    const [error] = trial.take();
    expect(error?.error).toMatchObject({
      code: 'conversation_already_has_active_response',
      event_id: 'second',
    });
    expect(error?.error?.message).toContain(`in progress: ${created?.response?.id}.`);
  });

  it('is refused beside calls when it asks for something of its own', () => {
    const trial = called('{}');
    trial.lines();
    trial.send({ type: 'response.create', event_id: 'own', response: { instructions: 'Shout.' } });
    expect(trial.lines()).toEqual(['error conversation_already_has_active_response for own']);
  });

  it('waits for what the agent says unasked, whatever it asks for', async () => {
    const trial = new WireTrial({ greets: true });
    trial.send({ type: 'session.update', session: { type: 'realtime' } });
    trial.send({ type: 'response.create', response: { metadata: { key: 'mine' } } });
    trial.send({ type: 'response.create', event_id: 'second' });
    trial.engine.end();
    await Promise.resolve();
    expect(trial.lines().slice(2)).toEqual([
      'response.created resp_1 in_progress []',
      'error conversation_already_has_active_response for second',
      'response.done resp_1 completed []',
      'response.created resp_2 in_progress []',
    ]);
    expect(trial.socket.frames.at(-1)).toContain('"metadata":{"key":"mine"}');
  });

  it('is forgotten when the caller takes the floor', async () => {
    const trial = called('{}');
    trial.answerCall('call_0', '7');
    trial.send({ type: 'response.create' });
    trial.hear(400);
    trial.lines();
    trial.detectors.detector.start();
    await Promise.resolve();
    trial.clock.advance(700);
    expect(trial.lines().slice(-1)).toEqual([
      'response.done resp_1 cancelled [item_1] turn_detected',
    ]);
    trial.hear(600);
    trial.detectors.detector.stop();
    expect(trial.lines().at(-1)).toBe('response.created resp_2 in_progress []');
  });

  it('waits for the cancelled one to be settled', () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.engine.speak('one two');
    trial.send({ type: 'response.cancel' });
    trial.lines();
    trial.send({ type: 'response.create' });
    trial.send({ type: 'response.create' });
    trial.clock.advance(600);
    expect(trial.lines()).toEqual([
      'conversation.item.truncated item_1 to 0 ms',
      'response.created resp_2 in_progress []',
    ]);
  });
});

describe('a tool that the server runs', () => {
  it('is shown as items of the conversation and never as output of a response', async () => {
    const trial = new WireTrial();
    trial.send({ type: 'response.create' });
    trial.lines();
    trial.engine.call('lookup_order', '{"order_id":"4471"}');
    trial.engine.end();
    await trial.tools.finish('{"status":"shipped"}');
    trial.engine.speak('It has shipped.');
    expect(trial.lines().slice(0, 8)).toEqual([
      'conversation.item.added item_1 after none completed function_call lookup_order "{\\"order_id\\":\\"4471\\"}"',
      'conversation.item.done item_1 after none completed function_call lookup_order "{\\"order_id\\":\\"4471\\"}"',
      'response.done resp_1 completed []',
      'conversation.item.added item_2 after item_1 completed function_call_output "{\\"status\\":\\"shipped\\"}"',
      'conversation.item.done item_2 after item_1 completed function_call_output "{\\"status\\":\\"shipped\\"}"',
      'response.created resp_2 in_progress []',
      'response.output_item.added resp_2 #0 item_3 in_progress assistant []',
      'conversation.item.added item_3 after item_2 in_progress assistant []',
    ]);
  });

  it('stays beside the tools that a client sends, which win where names are equal', () => {
    const trial = new WireTrial();
    trial.lines();
    const tools = [
      { type: 'function', name: 'mine', description: 'Mine.', parameters: { type: 'object' } },
      { type: 'function', name: 'lookup_order' },
    ];
    trial.send({ type: 'session.update', session: { type: 'realtime', tools } });
    const [updated] = trial.take();
    expect(updated?.session?.['tools']).toEqual(tools);
    const runs = trial.control.config.tools.map((tool) => [tool.name, tool.runs]);
    expect(runs).toEqual([
      ['transfer_to_human', 'session'],
      ['mine', 'client'],
      ['lookup_order', 'client'],
    ]);
  });

  it('covers the wait for a client’s tool only where the agent speaks unasked', () => {
    const lastAsked = (greets: boolean): string => {
      const trial = new WireTrial({ greets, config: { greeting: null } });
      const tools = [{ type: 'function', name: 'mine' }];
      trial.send({ type: 'session.update', session: { type: 'realtime', tools } });
      trial.send({ type: 'response.create' });
      trial.engine.call('mine', '{}');
      trial.engine.end();
      trial.clock.advance(3_000);
      return trial.engine.request.kind;
    };
    expect(lastAsked(true)).toBe('say');
    expect(lastAsked(false)).toBe('answer');
  });
});

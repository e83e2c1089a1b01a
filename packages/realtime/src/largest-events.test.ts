import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

const MIB = 1024 * 1024;

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

/** Sends a text and gives what comes of it: the types of events, and of errors what is wrong. */
function answersTo(trial: WireTrial, text: string): string[] {
  trial.take();
  trial.connection.receive(text);
  return trial
    .take()
    .map(({ type, error }) => (error ? `${type} ${error.code} ${error.param}` : type));
}

const append = (bytes: number): string =>
  `{"type":"input_audio_buffer.append","audio":"${Buffer.alloc(bytes).toString('base64')}"}`;

const update = (members: string): string =>
  `{"type":"session.update","session":{"type":"realtime",${members}}}`;

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** The session goes on: a typed turn is answered. */
function expectAnswered(trial: WireTrial): void {
  trial.type('Are you there?');
  trial.send({ type: 'response.create' });
  trial.engine.speak('Yes.');
  trial.engine.end();
  trial.clock.advance(1_000);
  expect(trial.take().at(-1)).toMatchObject({
    type: 'response.done',
    response: { status: 'completed' },
  });
}

describe('an event of the largest size', { timeout: 60_000 }, () => {
  it('is an append of 15 MiB, again and again; a byte more is refused', () => {
    const trial = new WireTrial();
    const largest = append(15 * MIB);
    for (let times = 0; times < 3; times++) expect(answersTo(trial, largest)).toEqual([]);
    expect(Math.round(trial.control.audioMs)).toBe(3 * ((15 * MIB) / 48));
    for (const beyond of [
      append(15 * MIB + 1),
      append(16 * MIB + 2),
      `${largest.slice(0, -3)}%"}`,
    ]) {
      expect(answersTo(trial, beyond)).toEqual(['error invalid_value audio']);
    }
    expect(Math.round(trial.control.audioMs)).toBe(3 * ((15 * MIB) / 48));
    expectAnswered(trial);
  });

  it('is cut short in the middle of its audio', () => {
    const trial = new WireTrial();
    const half = append(15 * MIB).slice(0, 10 * MIB);
    expect(answersTo(trial, half)).toEqual(['error invalid_event null']);
    expectAnswered(trial);
  });

  it('holds long texts, and thousands of tools of which the last may be wrong', () => {
    const trial = new WireTrial();
    const instructions = JSON.stringify('Be brief. 😀 '.repeat(300_000));
    expect(answersTo(trial, update(`"instructions":${instructions}`))).toEqual(['session.updated']);
    const tools = Array.from({ length: 5_000 }, (_, index) => ({ name: `tool_${index}` }));
    expect(answersTo(trial, update(`"tools":${JSON.stringify(tools)}`))).toEqual([
      'session.updated',
    ]);
    const oneIsWrong = JSON.stringify([...tools, { name: 'two words' }]);
    expect(answersTo(trial, update(`"tools":${oneIsWrong}`))).toEqual([
      'error invalid_value session.tools[5000].name',
    ]);
    expect(trial.control.config.tools.at(-1)?.name).toBe('tool_4999');
    expectAnswered(trial);
  });

  it('holds a message of thousands of parts, of which the last may be wrong', () => {
    const trial = new WireTrial();
    const parts = Array.from({ length: 20_000 }, () => ({ type: 'input_text', text: 'word' }));
    const create = (content: readonly object[]): string =>
      JSON.stringify({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content },
      });
    expect(answersTo(trial, create([...parts, { type: 'input_text' }]))).toEqual([
      'error missing_required_parameter item.content[20000].text',
    ]);
    expect(answersTo(trial, create(parts))).toEqual([
      'conversation.item.added',
      'conversation.item.done',
    ]);
    expectAnswered(trial);
  });

  it('is as long or as deep in a place where it is no event', () => {
    const trial = new WireTrial();
    const long = 'x'.repeat(4 * MIB);
    const cases: readonly (readonly [text: string, answer: string])[] = [
      [`{"type":"${long}"}`, 'error invalid_value type'],
      [`{"type":"input_audio_buffer.clear","event_id":"${long}"}`, 'error invalid_value event_id'],
      [deep(500_000), 'error invalid_event null'],
      ['['.repeat(500_000), 'error invalid_event null'],
      [update(`"x":${deep(500_000)}`), 'error unknown_parameter session.x'],
      [
        update(`"tools":[{"name":"f","parameters":{"a":${deep(500_000)}}}]`),
        'error invalid_value session.tools[0].parameters',
      ],
      [update(`"instructions":${deep(500_000)}`), 'error invalid_type session.instructions'],
      [
        `{"type":"response.create","response":{"metadata":{"k":${deep(500_000)}}}}`,
        'error invalid_type response.metadata.k',
      ],
      // Members that no event has are passed over, whatever is in them.
      [`{"type":"input_audio_buffer.clear","x":${deep(500_000)}}`, 'input_audio_buffer.cleared'],
    ];
    for (const [text, answer] of cases) expect(answersTo(trial, text)).toEqual([answer]);
    expectAnswered(trial);
  });
});

describe('a conversation of the largest size', () => {
  it('takes no further item until one is deleted', () => {
    const trial = new WireTrial();
    for (let index = 0; index < 5_000; index++) trial.type('Hi', { id: `item_${index}` });
    expect(trial.take().at(-1)?.type).toBe('conversation.item.done');
    const oneMore = JSON.stringify({
      type: 'conversation.item.create',
      item: { id: 'one_more', type: 'message', role: 'user', content: [] },
    });
    expect(answersTo(trial, oneMore)).toEqual(['error invalid_value item']);
    const remove = '{"type":"conversation.item.delete","item_id":"item_0"}';
    expect(answersTo(trial, remove)).toEqual(['conversation.item.deleted']);
    expect(answersTo(trial, oneMore)).toEqual([
      'conversation.item.added',
      'conversation.item.done',
    ]);
    trial.send({ type: 'response.create' });
    trial.engine.end();
    expect(trial.take().at(-1)?.response?.status).toBe('completed');
  }, 60_000);
});

import { PLAIN_TOOL } from '@antiphon/session';
import type { ToolDefinition, ToolFunction, ToolOutcome } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { describeToolRunner, DrivenClock } from '@antiphon/session/testing';
import { InProcessToolRunner } from './in-process-tool-runner.ts';
import { MAX_OUTPUT_BYTES } from './tool-function-outcome.ts';

describeToolRunner('InProcessToolRunner', (tools) => {
  const clock = new DrivenClock();
  return {
    runner: new InProcessToolRunner({
      definitions: tools.map((tool) => tool.definition),
      functions: new Map(tools.map((tool) => [tool.definition.name, tool.run])),
      clock,
    }),
    sessionId: 'session',
    pass: (ms) => clock.advance(ms),
  };
});

function definition(name: string, changes: Partial<ToolDefinition> = {}): ToolDefinition {
  return {
    ...PLAIN_TOOL,
    name,
    description: name,
    parameters: { type: 'object' },
    runs: 'server',
    ...changes,
  };
}

function runnerOf(
  run: ToolFunction,
  changes: Partial<ToolDefinition> = {},
  clock = new DrivenClock(),
): InProcessToolRunner {
  return new InProcessToolRunner({
    definitions: [definition('tool', changes)],
    functions: new Map([['tool', run]]),
    clock,
  });
}

function outcome(runner: InProcessToolRunner, args = '{}'): Promise<ToolOutcome> {
  const call = { sessionId: 's', callId: 'c', name: 'tool', arguments: args };
  return runner.run(call, new AbortController().signal);
}

describe('InProcessToolRunner', () => {
  it('says which arguments do not fit and how, without the values', async () => {
    const runner = runnerOf(() => 'ran', {
      parameters: {
        type: 'object',
        properties: {
          order_id: { type: 'string', pattern: '^[0-9]{4,5}$' },
          speed: { enum: ['slow', 'fast'] },
          address: { type: 'object', properties: { zip: { type: 'string' } }, required: ['zip'] },
        },
        required: ['order_id'],
        additionalProperties: false,
      },
    });
    expect(
      await outcome(runner, '{"order_id":"secret","speed":"warp","address":{},"x":1}'),
    ).toEqual({
      kind: 'error',
      message:
        'The arguments of tool do not fit: x is no argument; order_id must match pattern ' +
        '"^[0-9]{4,5}$"; speed must be one of slow, fast; address.zip is missing.',
      isInvalid: true,
    });
    expect(await outcome(runner, '{}')).toEqual({
      kind: 'error',
      message: 'The arguments of tool do not fit: order_id is missing.',
      isInvalid: true,
    });
    expect(await outcome(runner, '{order_id')).toEqual({
      kind: 'error',
      message: 'The arguments of tool must be a JSON object.',
      isInvalid: true,
    });
  });

  it('takes a result up to its bound and refuses a larger one, counted in bytes', async () => {
    const largest = 'x'.repeat(MAX_OUTPUT_BYTES);
    expect(await outcome(runnerOf(() => largest))).toEqual({ kind: 'result', output: largest });
    expect(await outcome(runnerOf(() => `${largest.slice(1)}\u00e9`))).toEqual({
      kind: 'error',
      message: 'tool gave a result of 65537 bytes; at most 65536 can be read.',
    });
  });

  it.each([
    ['an error of several lines', new Error('first\nsecond'), 'first'],
    ['a text', 'just text', 'just text'],
    ['an error without a message', new Error(''), 'tool failed without saying why.'],
    ['no error at all', { secret: 1 }, 'tool failed without saying why.'],
    ['a very long message', new Error('y'.repeat(2_000)), 'y'.repeat(500)],
  ])('tells %s that was thrown in a line', async (_name, thrown, message) => {
    const runner = runnerOf(() => {
      // oxlint-disable-next-line only-throw-error -- tools are written by others
      throw thrown;
    });
    expect(await outcome(runner)).toEqual({ kind: 'error', message });
  });

  it.each([
    ['a function', () => 1],
    ['a big integer', { amount: 1n }],
    [
      'a value that fails to be written',
      {
        toJSON() {
          throw new Error('no');
        },
      },
    ],
  ])('refuses %s as a result', async (_name, value) => {
    expect(await outcome(runnerOf(() => value))).toEqual({
      kind: 'error',
      message: 'tool gave a result that cannot be written as JSON.',
    });
  });

  it('does not run what the client or the session runs', async () => {
    for (const runs of ['client', 'session'] as const) {
      const runner = runnerOf(() => 'ran', { runs });
      expect(await outcome(runner)).toMatchObject({ kind: 'error' });
    }
  });

  it('leaves no listener on the signal of a call that ended, and no timer', async () => {
    const clock = new DrivenClock();
    const abort = new AbortController();
    const counts = { added: 0, removed: 0 };
    const signal = new Proxy(abort.signal, {
      get(target, key) {
        if (key === 'addEventListener') counts.added += 1;
        if (key === 'removeEventListener') counts.removed += 1;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const call = { sessionId: 's', callId: 'c', name: 'tool', arguments: '{}' };
    await runnerOf(() => 'ran', {}, clock).run(call, signal);
    expect(counts).toEqual({ added: 1, removed: 1 });
    expect(clock.pending).toBe(0);
  });

  it('gives a call up at its time and not before', async () => {
    const clock = new DrivenClock();
    const runner = runnerOf(() => new Promise(() => {}), { timeoutMs: 700 }, clock);
    let ended: ToolOutcome | null = null;
    const running = outcome(runner).then((value) => (ended = value));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(699);
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBeNull();
    clock.advance(1);
    expect(await running).toEqual({ kind: 'timeout' });
    expect(clock.pending).toBe(0);
  });

  it('refuses at construction what could never run', () => {
    const definitions = [definition('tool')];
    expect(
      () =>
        new InProcessToolRunner({ definitions, functions: new Map(), clock: new DrivenClock() }),
    ).toThrow(
      expect.objectContaining({
        code: 'missing_function',
        message: 'the tool tool has no function; give it one',
      }) as Error,
    );
    expect(() => runnerOf(() => 1, { parameters: { type: 'nonsense' } })).toThrow(
      expect.objectContaining({ name: 'ToolError', code: 'invalid_parameters' }) as Error,
    );
  });
});

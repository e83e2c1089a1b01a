import { afterEach, describe, expect, it } from 'vitest';
import { PLAIN_TOOL } from '../ports/session-config.ts';
import type { ToolDefinition } from '../ports/session-config.ts';
import type { ToolFunction, ToolOutcome, ToolRunner } from '../ports/tool-runner.ts';

/** A tool that the suite needs a runner to have. */
export interface SuiteTool {
  readonly definition: ToolDefinition;
  readonly run: ToolFunction;
}

/** A runner under test that has the tools of the suite. */
export interface ToolRunnerTrial {
  readonly runner: ToolRunner;
  /** The session whose agent has the tools. */
  readonly sessionId: string;
  /** Lets this much of the runner's time pass; a runner that lives in real time has none. */
  pass?(ms: number): void;
  close?(): Promise<void>;
}

/** Long enough for a tool to be started, and short for a test that waits in real time. */
const BRIEF_TIMEOUT_MS = 500;

/** Turns of the event loop after which a tool that has not started never will. */
const MOST_TURNS = 100_000;

const NO_ARGUMENTS = { type: 'object', properties: {}, additionalProperties: false };
const ECHO_ARGUMENTS = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    times: { type: 'integer', minimum: 1 },
    place: { type: 'object', properties: { zip: { type: 'string' } } },
  },
  required: ['text'],
  additionalProperties: false,
};

function suiteTool(
  name: string,
  run: SuiteTool['run'],
  changes: Partial<ToolDefinition> = {},
): SuiteTool {
  const definition = { name, description: name, parameters: NO_ARGUMENTS, runs: 'server' } as const;
  return { definition: { ...PLAIN_TOOL, ...definition, ...changes }, run };
}

/** What happened inside the tools of one trial. */
class SuiteTools {
  starts = 0;
  aborts = 0;
  readonly #hang: ToolFunction = (_args, { signal }) => {
    this.starts += 1;
    signal.addEventListener('abort', () => (this.aborts += 1));
    return new Promise(() => {});
  };
  readonly list: readonly SuiteTool[] = [
    suiteTool('echo', (args, { sessionId, callId }) => ({ ...args, sessionId, callId }), {
      parameters: ECHO_ARGUMENTS,
    }),
    suiteTool('say', () => 'Plain "words", no JSON.'),
    suiteTool('later', () => Promise.resolve([1, 2])),
    suiteTool('nothing', () => undefined),
    suiteTool('refuse', () => {
      throw new Error('There is no such account.');
    }),
    suiteTool('refuse_later', () => Promise.reject(new Error('There is no such account.'))),
    suiteTool('throw_text', () => {
      // oxlint-disable-next-line only-throw-error -- tools are written by others
      throw 'just text';
    }),
    suiteTool('hang', this.#hang),
    suiteTool('hang_briefly', this.#hang, { timeoutMs: BRIEF_TIMEOUT_MS }),
    suiteTool('not_know', () => {
      throw Object.assign(new Error('It may be done.'), { name: 'ToolUnknownError' });
    }),
    suiteTool('fail_on_abort', (_args, { signal }) => {
      this.starts += 1;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted inside')));
      });
    }),
    suiteTool('cycle', () => {
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      return cycle;
    }),
    suiteTool('flood', () => 'x'.repeat(1_000_000)),
  ];
}

/** The contract of {@link ToolRunner}; `setup` is called for each test, with the tools to run. */
export function describeToolRunner(
  name: string,
  setup: (tools: readonly SuiteTool[]) => ToolRunnerTrial | Promise<ToolRunnerTrial>,
): void {
  describe(`ToolRunner: ${name}`, () => {
    let tools = new SuiteTools();
    let trial: ToolRunnerTrial | null = null;
    let calls = 0;

    afterEach(async () => {
      await trial?.close?.();
      trial = null;
    });

    async function opened(): Promise<ToolRunnerTrial> {
      tools = new SuiteTools();
      trial = await setup(tools.list);
      return trial;
    }

    function run(
      { runner, sessionId }: ToolRunnerTrial,
      tool: string,
      options: { arguments?: string; signal?: AbortSignal } = {},
    ): Promise<ToolOutcome> {
      calls += 1;
      const call = { sessionId, callId: `call_${calls}`, name: tool };
      const signal = options.signal ?? new AbortController().signal;
      return runner.run({ ...call, arguments: options.arguments ?? '{}' }, signal);
    }

    /** Runs a tool that fails. */
    async function failed(tool: string, args?: string) {
      const outcome = await run(
        await opened(),
        tool,
        args === undefined ? {} : { arguments: args },
      );
      if (outcome.kind !== 'error') throw new Error(`it ended with ${outcome.kind}`);
      return outcome;
    }

    /** Runs a tool that fails and returns what the model is told. */
    async function failure(tool: string): Promise<string> {
      const { message, isInvalid } = await failed(tool);
      expect(isInvalid).toBeFalsy();
      return message;
    }

    it('gives a tool its arguments and who calls, and returns its result as JSON', async () => {
      const subject = await opened();
      const outcome = await run(subject, 'echo', { arguments: '{"text":"hi","times":2}' });
      expect(outcome.kind).toBe('result');
      expect(JSON.parse(outcome.kind === 'result' ? outcome.output : '')).toEqual({
        text: 'hi',
        times: 2,
        sessionId: subject.sessionId,
        callId: `call_${calls}`,
      });
    });

    it.each([
      ['say', 'Plain "words", no JSON.'],
      ['later', '[1,2]'],
      ['nothing', 'null'],
    ])('returns what %s gives as %j', async (tool, output) => {
      expect(await run(await opened(), tool)).toEqual({ kind: 'result', output });
    });

    it.each([
      ['{"times":2}', 'text'],
      ['{"text":7}', 'text'],
      ['{"text":"hi","times":0}', 'times'],
      ['{"text":"hi","color":"red"}', 'color'],
      ['{"text":"hi","place":{"zip":1}}', 'zip'],
    ])('refuses the arguments %s, says so and names the field', async (args, field) => {
      const { message, isInvalid } = await failed('echo', args);
      expect(message).toContain(field);
      expect(isInvalid).toBe(true);
    });

    it.each(['{"text":', 'hello', '[]', 'null', '7'])(
      'refuses %s, which is no JSON object',
      async (args) => {
        const { message, isInvalid } = await failed('echo', args);
        expect(message).toMatch(/JSON/);
        expect(isInvalid).toBe(true);
      },
    );

    it('names a tool that there is not', async () => {
      expect(await failure('teleport')).toContain('teleport');
    });

    it.each(['refuse', 'refuse_later'])('tells the message of what %s throws', async (tool) => {
      expect(await failure(tool)).toBe('There is no such account.');
    });

    it.each(['throw_text', 'cycle', 'flood'])('tells why %s failed, in a line', async (tool) => {
      const message = await failure(tool);
      expect(message).toMatch(/^\S.*$/);
      expect(message.length).toBeLessThan(1_000);
      expect(message).not.toMatch(/\bat .*:\d+:\d+/);
    });

    it('does not know what came of a tool that says that it does not know', async () => {
      expect(await run(await opened(), 'not_know')).toEqual({ kind: 'unknown' });
    });

    it('gives a tool up when its time is over, and tells it', async () => {
      const subject = await opened();
      const outcome = run(subject, 'hang_briefly');
      await started();
      subject.pass?.(BRIEF_TIMEOUT_MS);
      expect(await outcome).toEqual({ kind: 'timeout' });
      expect(tools.aborts).toBe(1);
    });

    it('does not start a call that was cancelled before', async () => {
      const subject = await opened();
      const signal = AbortSignal.abort();
      expect(await run(subject, 'hang', { signal })).toEqual({ kind: 'cancelled' });
      expect(tools.starts).toBe(0);
    });

    it.each(['hang', 'fail_on_abort'])('settles as cancelled when %s is aborted', async (tool) => {
      const subject = await opened();
      const abort = new AbortController();
      const outcome = run(subject, tool, { signal: abort.signal });
      await started();
      abort.abort();
      expect(await outcome).toEqual({ kind: 'cancelled' });
    });

    it('tells a running tool that it is cancelled', async () => {
      const subject = await opened();
      const abort = new AbortController();
      const outcome = run(subject, 'hang', { signal: abort.signal });
      await started();
      abort.abort();
      await outcome;
      expect(tools.aborts).toBe(1);
    });

    it('keeps a result when the call is cancelled afterwards', async () => {
      const subject = await opened();
      const abort = new AbortController();
      const outcome = await run(subject, 'later', { signal: abort.signal });
      abort.abort();
      expect(outcome).toEqual({ kind: 'result', output: '[1,2]' });
    });

    it('runs several calls at once', async () => {
      const subject = await opened();
      const abort = new AbortController();
      const hanging = run(subject, 'hang', { signal: abort.signal });
      const outcomes = await Promise.all([run(subject, 'later'), run(subject, 'refuse')]);
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['result', 'error']);
      abort.abort();
      expect(await hanging).toEqual({ kind: 'cancelled' });
    });

    async function started(): Promise<void> {
      for (let turn = 0; tools.starts === 0 && turn < MOST_TURNS; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  });
}

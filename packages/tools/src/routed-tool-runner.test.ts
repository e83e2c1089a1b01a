import { describe, expect, it } from 'vitest';
import { PLAIN_TOOL } from '@antiphon/session';
import { describeToolRunner, DrivenClock } from '@antiphon/session/testing';
import { InProcessToolRunner } from './in-process-tool-runner.ts';
import { RoutedToolRunner } from './routed-tool-runner.ts';

describeToolRunner('RoutedToolRunner', (tools) => {
  const clock = new DrivenClock();
  const runnerOf = (some: typeof tools): InProcessToolRunner =>
    new InProcessToolRunner({
      definitions: some.map((tool) => tool.definition),
      functions: new Map(some.map((tool) => [tool.definition.name, tool.run])),
      clock,
    });
  const routed = tools.filter((_tool, index) => index % 2 === 0);
  const runner = runnerOf(routed);
  const rest = runnerOf(tools.filter((tool) => !routed.includes(tool)));
  const byTool = new Map(routed.map(({ definition }) => [definition.name, runner]));
  return {
    runner: new RoutedToolRunner(byTool, rest),
    sessionId: 'session',
    pass: (ms) => clock.advance(ms),
  };
});

describe('RoutedToolRunner', () => {
  it('passes a call to the runner of its tool and to no other', async () => {
    const definition = { description: '', parameters: { type: 'object' }, runs: 'server' } as const;
    const runnerOf = (said: string): InProcessToolRunner =>
      new InProcessToolRunner({
        definitions: ['here', 'there'].map((name) => ({ ...PLAIN_TOOL, ...definition, name })),
        functions: new Map(['here', 'there'].map((name) => [name, () => said])),
        clock: new DrivenClock(),
      });
    const runner = new RoutedToolRunner(new Map([['there', runnerOf('routed')]]), runnerOf('rest'));
    const outcomes = ['here', 'there'].map((name) =>
      runner.run(
        { sessionId: 's', callId: 'c', name, arguments: '{}' },
        new AbortController().signal,
      ),
    );
    expect(await Promise.all(outcomes)).toEqual([
      { kind: 'result', output: 'rest' },
      { kind: 'result', output: 'routed' },
    ]);
  });
});

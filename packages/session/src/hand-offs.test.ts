import { describe, expect, it } from 'vitest';
import type { ToolOutcome } from './ports/tool-runner.ts';
import { ToolSession } from './testing/index.ts';

const RESULT: ToolOutcome = { kind: 'result', output: '{}' };

function open(): ToolSession {
  return new ToolSession({ more: { followUps: null } });
}

/** The engine calls a tool in a turn of the caller's, and this comes of it. */
async function call(test: ToolSession, outcome: ToolOutcome, tool = 'trace_package') {
  test.calls(tool);
  test.tools.running.at(-1)?.settle(outcome);
  await test.wait(3_000);
}

/** Why the caller is handed over in another turn. */
async function causeOf(test: ToolSession) {
  test.calls('transfer_to_human', '{}');
  await test.wait(5_000);
  return test.channel.of('handoff.requested')[0]?.cause;
}

describe('why a caller is handed to a person', () => {
  it('is that it was asked for, where no tool went wrong', async () => {
    const test = open();
    await call(test, RESULT);
    expect(await causeOf(test)).toEqual({ reason: 'asked', tool: null });
  });

  it.each([
    [{ kind: 'error', message: 'No.' }, 'tool_error'],
    [{ kind: 'timeout' }, 'tool_timeout'],
    [{ kind: 'unknown' }, 'tool_unknown'],
  ] as const)('is the tool of which %j came', async (outcome, reason) => {
    const test = open();
    await call(test, outcome);
    expect(await causeOf(test)).toEqual({ reason, tool: 'trace_package' });
  });

  it('is the tool that is waited for beyond its deadline', async () => {
    const test = open();
    test.calls('trace_package');
    await test.wait(9_000);
    expect(await causeOf(test)).toEqual({ reason: 'tool_overdue', tool: 'trace_package' });
  });

  it('is the one that went wrong last', async () => {
    const test = open();
    await call(test, { kind: 'timeout' });
    await call(test, { kind: 'error', message: 'No.' }, 'lookup_order');
    expect(await causeOf(test)).toEqual({ reason: 'tool_error', tool: 'lookup_order' });
  });

  it('is no tool that has done better since', async () => {
    const test = open();
    await call(test, { kind: 'timeout' });
    await call(test, RESULT);
    expect(await causeOf(test)).toEqual({ reason: 'asked', tool: null });
  });

  it('is no tool that went wrong before the last turn but one', async () => {
    const test = open();
    await call(test, { kind: 'timeout' });
    test.says('Something else.');
    await test.wait(3_000);
    expect(await causeOf(test)).toEqual({ reason: 'asked', tool: null });
  });
});

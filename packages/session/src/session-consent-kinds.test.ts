import { describe, expect, it } from 'vitest';
import { CANCEL_ORDER, FAKE_WORD_MS, ToolSession } from './testing/index.ts';
import type { ToolSessionOptions } from './testing/tool-session.ts';

const KEY_MS = 4 * FAKE_WORD_MS;

/** The read-back has begun. */
function asked(options: ToolSessionOptions): ToolSession {
  const test = new ToolSession(options);
  test.calls('cancel_order');
  return test;
}

const verdicts = (test: ToolSession): string[] =>
  test.channel.of('consent.decided').map((event) => event.verdict);

describe('a tool that wants a key pressed', () => {
  const TOOLS = {
    config: {
      tools: [
        {
          ...CANCEL_ORDER,
          confirm: 'dtmf',
          readBack: "[I'll cancel order {order_id}]. Press 1 to confirm.",
        },
      ],
    },
  } as const;
  const press = (test: ToolSession, digit: string): void =>
    test.leg.facts$.next({ type: 'leg.dtmf', digit });

  it('runs after the key 1', async () => {
    const test = asked(TOOLS);
    await test.wait(2_200);
    press(test, '1');
    expect(verdicts(test)).toEqual(['confirmed']);
    expect(test.tools.running).toHaveLength(1);
  });

  it('runs after the key 1 pressed while the rest is still spoken', async () => {
    const test = asked(TOOLS);
    await test.wait(KEY_MS + 100);
    press(test, '1');
    await test.wait(100);
    expect(verdicts(test)).toEqual(['confirmed']);
  });

  it.each([
    { key: 'before the action was named', ms: KEY_MS - 300, digit: '1', verdict: 'unheard' },
    { key: 'that is another', ms: 2_200, digit: '2', verdict: 'refused' },
  ])('does not run after a key $key', async ({ ms, digit, verdict }) => {
    const test = asked(TOOLS);
    await test.wait(ms);
    press(test, digit);
    await test.wait(100);
    expect(verdicts(test)).toEqual([verdict]);
    expect(test.tools.running).toHaveLength(0);
  });

  it('does not run after a spoken yes', async () => {
    const test = asked(TOOLS);
    await test.wait(2_200);
    test.says('yes');
    expect(verdicts(test)).toEqual(['unclear']);
    expect(test.tools.running).toHaveLength(0);
  });
});

describe('a tool of the client that wants consent', () => {
  const TOOLS = {
    config: { tools: [{ ...CANCEL_ORDER, runs: 'client' }] },
  } as const;

  it('reaches the client after the yes, as an answer of its own', async () => {
    const test = asked(TOOLS);
    await test.wait(2_200);
    const calls = () => test.session.control.items().filter(({ kind }) => kind === 'toolCall');
    expect(calls()).toHaveLength(0);
    test.says('yes');
    expect(calls()).toHaveLength(1);
    const added = test.channel
      .of('item.added')
      .find(({ item }) => item.kind === 'toolCall')?.generationId;
    const generation = test.channel.of('generation.started').at(-1);
    expect(generation).toMatchObject({ kind: 'call', generationId: added });
    expect(test.turnState).toMatch(/^toolPending/);
    test.session.control.addItem({
      kind: 'toolOutput',
      id: 'o',
      callId: 'call_1',
      output: '{}',
    });
    expect(test.channel.of('tool.settled').at(-1)).toMatchObject({ outcome: 'result' });
  });

  it('never reaches the client after a no', async () => {
    const test = asked(TOOLS);
    await test.wait(2_200);
    test.says('no');
    expect(test.outputs).toEqual(['{"declined":"refused"}']);
    const added = test.channel.of('item.added').filter(({ item }) => item.kind === 'toolCall');
    expect(added.map(({ generationId }) => generationId)).toEqual([null]);
  });
});

import { describe, expect, it } from 'vitest';
import { KEYPAD_PAUSE_MS } from './keypad.ts';
import { TEST_CONFIG, ToolSession } from './testing/index.ts';

function type(test: ToolSession, keys: string): void {
  for (const digit of keys) test.leg.facts$.next({ type: 'leg.dtmf', digit });
}

const lastItem = (test: ToolSession) => test.session.control.items().at(-1);

describe('numbers on the keypad', () => {
  it('are a turn of the caller, which is answered', () => {
    const test = new ToolSession();
    test.engine.session.autoReply = null;
    type(test, '4471#');
    expect(lastItem(test)).toMatchObject({ speaker: 'caller', medium: 'text', text: '4471' });
    expect(test.engine.session.request.kind).toBe('answer');
  });

  it('end with a pause, begin anew with a star, and leave no timer behind', async () => {
    const test = new ToolSession();
    type(test, '12*4471');
    test.clock.advance(KEYPAD_PAUSE_MS);
    expect(test.session.control.items()[0]).toMatchObject({ text: '4471' });
    type(test, '1');
    test.leg.hangUp();
    await test.session.ended;
    expect(test.clock.pending).toBe(0);
  });

  it('wait for the end of what the agent is saying', async () => {
    const test = new ToolSession();
    test.callerTurn();
    const before = test.engine.session.requests.length;
    type(test, '4471#');
    expect(test.engine.session.requests).toHaveLength(before);
    await test.wait(1_000);
    expect(test.engine.session.requests).toHaveLength(before + 1);
  });
});

describe('secret numbers on the keypad', () => {
  const tools = TEST_CONFIG.tools;
  const secure = (changes: Partial<(typeof tools)[number]> = {}): ToolSession =>
    new ToolSession({
      config: { keypad: 'secure', tools: tools.map((tool) => ({ ...tool, ...changes })) },
    });

  /** The model passes on what the caller typed. */
  function passOn(test: ToolSession): void {
    const { session } = test.engine;
    session.autoReply = null;
    type(test, '93715520#');
    session.call('lookup_order', '{"pin":"{secure:entry_1}"}');
    session.end();
  }

  it('reach the tool and nobody else', async () => {
    const test = secure();
    passOn(test);
    expect(test.tools.running[0]?.call.arguments).toBe('{"pin":"93715520"}');
    await test.tools.finish('{"echo":"9371 5520","status":"shipped"}');
    expect(test.outputs).toEqual(['{"echo":"••••","status":"shipped"}']);
    const told = JSON.stringify([test.channel.events, test.session.control.items()]);
    expect(told).not.toMatch(/9371|5520/);
    expect(told).toContain('•••• {secure:entry_1}');
  });

  it('are not in a promised e-mail, when the tool ends after the call', async () => {
    const test = secure({
      followUp: { subject: 'Done', body: '{pin}: {result}' },
      deadlineMs: 8_000,
      timeoutMs: 60_000,
    });
    passOn(test);
    test.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : 'Fine.');
    await test.wait(12_000);
    test.says('yes');
    await test.wait(2_500);
    test.says('yes');
    await test.wait(40);
    test.leg.hangUp();
    await test.session.ended;
    await test.tools.finish('{"echo":"9371-5520"}');
    expect(test.followUps.settled).toMatchObject([{ outcome: { output: '{"echo":"••••"}' } }]);
    const told = JSON.stringify([test.followUps, test.channel.events]);
    expect(told).toContain('the number you gave');
    expect(told).not.toMatch(/9371|5520/u);
  });

  it('are not given to a tool that runs on a worker', () => {
    const test = secure({ run: 'queued' });
    passOn(test);
    expect(test.tools.running).toEqual([]);
    expect(test.outputs[0]).toContain('error');
  });

  it('are forgotten with the session', async () => {
    const test = secure();
    type(test, '93715520#');
    test.leg.hangUp();
    await test.session.ended;
    expect(JSON.stringify(test.channel.events)).not.toContain('93715520');
  });

  it('cannot be named by a model that makes them up', () => {
    const test = secure();
    const { session } = test.engine;
    session.autoReply = null;
    test.callerTurn();
    session.call('lookup_order', '{"pin":"{secure:entry_7}"}');
    session.end();
    expect(test.tools.running).toEqual([]);
    expect(test.outputs[0]).toContain('error');
  });
});

import { describe, expect, it } from 'vitest';
import { DEFAULT_TOOL_PHRASES } from './ports/session-config.ts';
import { ToolSession } from './testing/index.ts';
import type { ToolSessionOptions } from './testing/tool-session.ts';

const { offer, staying, emailFailed, addressAsk } = DEFAULT_TOOL_PHRASES;
const ADDRESS_CHECK = 'I have jo at example dot com. Is that right?';

/** The offer has been made and heard. */
async function offered(options: ToolSessionOptions = {}): Promise<ToolSession> {
  const test = new ToolSession(options);
  test.calls('trace_package');
  await test.wait(12_000);
  return test;
}

/** The address was read back. */
async function accepted(options: ToolSessionOptions = {}): Promise<ToolSession> {
  const test = await offered(options);
  test.says('yes please');
  await test.wait(2_500);
  return test;
}

describe('a call that reaches its deadline', () => {
  it('is offered by e-mail, to the address on file, and then goes on without the caller', async () => {
    const test = await accepted();
    expect(test.said.slice(-2)).toEqual([offer, ADDRESS_CHECK]);
    test.says("yes that's right");
    await test.wait(40);
    expect(test.followUps.promised).toEqual([
      {
        id: 'sess_test.call_1',
        agent: 'test',
        tool: 'trace_package',
        to: 'jo@example.com',
        template: { subject: 'Your package', body: '{result}' },
        arguments: '{"order_id":"4471"}',
      },
    ]);
    expect(test.outputs).toEqual(['{"deferred":"email"}']);
    expect(test.engine.session.request.kind).toBe('answer');
    test.leg.hangUp();
    await test.session.ended;
    expect(test.tools.running[0]?.signal.aborted).toBe(false);
    await test.tools.finish('{"found":true}');
    expect(test.followUps.settled).toEqual([
      { id: 'sess_test.call_1', outcome: { kind: 'result', output: '{"found":true}' } },
    ]);
    expect(test.channel.of('tool.settled').map(({ outcome }) => outcome)).toEqual(['deferred']);
  });

  it('tells who listens what was offered and promised', async () => {
    const test = await accepted();
    test.says('yes');
    await test.wait(40);
    expect(
      test.channel.events.flatMap(({ type }) =>
        type === 'tool.overdue' || type.startsWith('followUp.') ? [type] : [],
      ),
    ).toEqual(['tool.overdue', 'followUp.offered', 'followUp.promised']);
  });

  it('is waited for when the caller declines, and its result is spoken', async () => {
    const test = await offered();
    test.says('no thanks');
    expect(test.said.at(-1)).toBe(staying);
    await test.wait(5_000);
    expect(test.said.filter((text) => text === offer)).toHaveLength(1);
    await test.tools.finish('{"found":true}');
    await test.wait(1_000);
    expect(test.outputs).toEqual(['{"found":true}']);
    expect(test.followUps.promised).toEqual([]);
    expect(test.channel.of('followUp.declined')).toHaveLength(1);
  });

  it('is waited for when nobody answers the offer', async () => {
    const test = await offered();
    await test.wait(13_000);
    expect(test.turnState).toMatch(/^toolPending/);
    expect(test.tools.running[0]?.signal.aborted).toBe(false);
  });

  it('goes on while the caller speaks of something else, which is answered', async () => {
    const test = await offered();
    const before = test.engine.session.requests.length;
    test.says('what are your opening hours');
    expect(test.engine.session.requests[before]).toMatchObject({ kind: 'answer' });
    await test.wait(3_000);
    await test.tools.finish('{"found":true}');
    await test.wait(2_000);
    expect(test.outputs).toEqual(['{"found":true}']);
  });

  it('needs no e-mail when the result comes while the offer is open', async () => {
    const test = await offered();
    expect(test.turnState).toBe('asking.awaiting');
    await test.tools.finish('{"found":true}');
    expect(test.engine.session.request.kind).toBe('answer');
    expect(test.turnState).toMatch(/^responding/);
    expect(test.followUps.promised).toEqual([]);
  });

  it('keeps a result that comes while the caller accepts, and speaks it', async () => {
    const test = await offered();
    test.engine.session.transcript = 'yes please';
    test.detectors.detector.start();
    test.hear(300);
    await test.tools.finish('{"found":true}');
    expect(test.engine.session.request).toMatchObject({ text: offer });
    test.detectors.detector.stop();
    expect(test.engine.session.request.kind).toBe('answer');
    expect(test.outputs).toEqual(['{"found":true}']);
    expect(test.followUps.promised).toEqual([]);
  });

  it('is not offered without an address', async () => {
    const test = await offered({ more: { contactEmail: null } });
    expect(test.said).not.toContain(offer);
    expect(test.turnState).toMatch(/^toolPending/);
  });

  it('is not offered where nobody sends e-mails', async () => {
    const test = await offered({ more: { followUps: null } });
    expect(test.said).not.toContain(offer);
  });

  it('takes the address that an earlier result held', async () => {
    const test = new ToolSession({ more: { contactEmail: null } });
    const tools = test.session.control.config.tools.map((tool) =>
      tool.name === 'lookup_order' ? { ...tool, contactField: 'email' } : tool,
    );
    test.session.control.configure({ tools });
    test.calls('lookup_order');
    await test.tools.finish('{"email":"al@example.org"}');
    await test.wait(1_500);
    test.calls('trace_package');
    await test.wait(12_000);
    test.says('okay');
    await test.wait(2_500);
    test.says('yes');
    await test.wait(40);
    expect(test.followUps.promised[0]?.to).toBe('al@example.org');
  });

  it('takes an address that was put on file during the call', async () => {
    const test = new ToolSession({ more: { contactEmail: null } });
    expect(test.session.control.setContact('al@example.org')).toBeNull();
    test.calls('trace_package');
    await test.wait(12_000);
    test.says('okay');
    await test.wait(2_500);
    expect(test.said.at(-1)).toBe('I have A L at example dot org. Is that right?');
    test.says('yes');
    await test.wait(40);
    expect(test.followUps.promised[0]?.to).toBe('al@example.org');
  });

  it.each(['no address', 'jö@example.com', ''])(
    'is not offered where "%s" is put on file, which cannot be read aloud',
    async (address) => {
      const test = await offered({ more: { contactEmail: address } });
      test.session.control.setContact(address);
      await test.wait(2_000);
      expect(test.said).not.toContain(offer);
    },
  );

  it('goes to the address that was confirmed, whatever came on file after it was read', async () => {
    const test = await accepted();
    test.session.control.setContact('al@example.org');
    test.says('yes');
    await test.wait(40);
    expect(test.followUps.promised[0]?.to).toBe('jo@example.com');
    expect(test.session.control.setContact('al@example.org')).toBeNull();
    await test.wait(2_000);
    test.calls('trace_package', '{"order_id":"5520"}');
    await test.wait(12_000);
    test.says('yes');
    await test.wait(40);
    expect(test.said.at(-1)).toBe(ADDRESS_CHECK);
  });

  it('stays when the address is wrong and no other can be heard', async () => {
    const test = await accepted();
    test.says('no');
    expect(test.said.at(-1)).toBe(staying);
    expect(test.followUps.promised).toEqual([]);
  });

  it('says so when the e-mail cannot be promised, and stays', async () => {
    const test = await accepted();
    test.followUps.keeps = false;
    test.says('yes');
    await test.wait(40);
    expect(test.said.at(-1)).toBe(emailFailed);
    await test.wait(2_000);
    await test.tools.finish('{"found":true}');
    expect(test.outputs).toEqual(['{"found":true}']);
  });

  it('mails a result that comes while the promise is being made, and does not speak it', async () => {
    const test = await accepted();
    test.followUps.hold();
    test.says('yes');
    await test.wait(40);
    await test.tools.finish('{"found":true}');
    expect(test.outputs).toEqual([]);
    test.followUps.release?.();
    await test.wait(40);
    expect(test.outputs).toEqual(['{"deferred":"email"}']);
    expect(test.followUps.settled).toHaveLength(1);
  });

  it('is cancelled by a caller who hangs up before accepting', async () => {
    const test = await offered();
    test.leg.hangUp();
    await test.session.ended;
    expect(test.tools.running[0]?.signal.aborted).toBe(true);
    expect(test.channel.of('tool.settled')[0]).toMatchObject({ outcome: 'cancelled' });
  });

  it('goes on when the caller hangs up while the promise is being made, and is mailed', async () => {
    const test = await accepted();
    test.followUps.hold();
    test.says('yes');
    await test.wait(40);
    test.leg.hangUp();
    await test.session.ended;
    test.followUps.release?.();
    await test.tools.finish('{"found":true}');
    await Promise.resolve();
    expect(test.tools.running[0]?.signal.aborted).toBe(false);
    expect(test.followUps.settled).toHaveLength(1);
  });

  it('is not offered again after the address was refused', async () => {
    const test = await accepted();
    test.says('no');
    await test.wait(12_000);
    expect(test.said.filter((text) => text === offer)).toHaveLength(1);
  });

  it('makes one offer for calls that run at once, and one answer', async () => {
    const test = new ToolSession();
    const { session } = test.engine;
    const { autoReply } = session;
    session.autoReply = null;
    test.callerTurn();
    session.call('trace_package', '{"order_id":"1"}', 'a');
    session.call('trace_package', '{"order_id":"2"}', 'b');
    session.autoReply = autoReply;
    session.end();
    await test.wait(12_000);
    test.says('yes');
    await test.wait(2_500);
    const before = session.requests.filter(({ kind }) => kind === 'answer').length;
    test.says('yes');
    await test.wait(2_000);
    expect(test.said.filter((text) => text === offer)).toHaveLength(1);
    expect(test.followUps.promised.map(({ id }) => id)).toEqual(['sess_test.a', 'sess_test.b']);
    expect(session.requests.filter(({ kind }) => kind === 'answer')).toHaveLength(before + 1);
  });
});

describe('where a caller can spell an address', () => {
  /** An engine that hears letters. */
  async function spelling(contactEmail: string | null): Promise<ToolSession> {
    const test = new ToolSession({ more: { contactEmail }, hearsSpelling: true });
    test.calls('trace_package');
    await test.wait(12_000);
    test.says('yes');
    await test.wait(2_500);
    return test;
  }

  it('asks for one when none is on file, and reads it back', async () => {
    const test = await spelling(null);
    expect(test.said.at(-1)).toBe(addressAsk);
    test.says('jo dot smith at example dot org');
    expect(test.said.at(-1)).toBe('I have jo dot smith at example dot org. Is that right?');
    await test.wait(3_000);
    test.says('yes');
    await test.wait(40);
    expect(test.followUps.promised[0]?.to).toBe('jo.smith@example.org');
  });

  it('keeps the address that was told, whatever a later result has on file', async () => {
    const test = await spelling(null);
    test.says('jo dot smith at example dot org');
    const tools = test.session.control.config.tools.map((tool) => ({
      ...tool,
      contactField: 'email',
    }));
    test.session.control.configure({ tools });
    await test.wait(3_500);
    test.says('no');
    await test.wait(3_500);
    test.says('al dot green at example dot org');
    await test.wait(3_500);
    test.says('yes');
    await test.wait(3_000);
    test.calls('lookup_order', '{}', 'later');
    await test.tools.finish('{"email":"old@example.org"}');
    await test.wait(2_000);
    test.calls('trace_package', '{}', 'again');
    await test.wait(12_000);
    test.says('yes');
    expect(test.said.at(-1)).toContain('dot green at example dot org');
  });

  it('asks for another when the one on file is wrong', async () => {
    const test = await spelling('jo@example.com');
    expect(test.said.at(-1)).toBe(ADDRESS_CHECK);
    test.says('no');
    expect(test.said.at(-1)).toBe(addressAsk);
  });

  it('stays when what it hears is no address', async () => {
    const test = await spelling(null);
    test.says('my usual one');
    expect(test.said.at(-1)).toBe(staying);
  });
});

import { describe, expect, it } from 'vitest';
import type { ControlChannel } from '../ports/control-channel.ts';
import { TestSession } from './test-session.ts';

/** The contract of the ControlChannel port: it takes whatever a session has to tell. */
export function describeControlChannel(name: string, setup: () => ControlChannel): void {
  describe(`ControlChannel: ${name}`, () => {
    it('takes a whole call with a barge-in, tools, failures and a handoff without disturbing it', async () => {
      const channel = setup();
      const test = new TestSession(
        { bargeIn: 'cancel', playedPosition: 'client', maxLeadMs: 10_000 },
        {},
        { channels: [channel] },
      );
      test.session.control.greet();
      test.engine.session.speak('Hello there.');
      test.engine.session.end();
      test.hear(200);
      test.callerTurn();
      test.session.control.truncateItem(test.agentItemId, 250);
      test.engine.session.speak('One moment.');
      test.engine.session.call('lookup_order', '{"order_id":"4471"}', 'call_a');
      test.engine.session.call('client_tool', '{}', 'call_b');
      test.engine.session.end();
      await test.tools.finish('{"status":"shipped"}');
      test.session.control.addItem({ kind: 'toolOutput', id: 'o', callId: 'call_b', output: '' });
      await Promise.resolve();
      test.engine.session.end('failed');
      test.clock.advance(3_000);
      test.session.control.configure({ instructions: 'Be briefer.' });
      test.session.control.deleteItem('o');
      test.engine.session.end();
      test.session.control.requestAnswer({});
      test.engine.session.speak('Goodbye.');
      test.engine.session.call('transfer_to_human', '{}', 'call_c');
      test.engine.session.end();
      test.clock.advance(3_000);
      expect(await test.session.ended).toBe('handedOff');
      expect(test.channel.of('engine.failed').map((event) => event.code)).not.toContain('internal');
    });

    it('is attached before it is told anything', async () => {
      const order: string[] = [];
      const channel = setup();
      const watched: ControlChannel = {
        attach: (session) => {
          order.push('attach');
          channel.attach(session);
        },
        notify: (event) => {
          order.push(event.type);
          channel.notify(event);
        },
      };
      const test = new TestSession({}, {}, { channels: [watched] });
      test.leg.hangUp();
      await test.session.ended;
      expect(order[0]).toBe('attach');
      expect(order.at(-1)).toBe('session.ended');
    });
  });
}

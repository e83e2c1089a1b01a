import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';
import type { WireTrialOptions } from './testing/wire-trial.ts';

// Those who ask for this event are not stock clients.
afterEach(() => {
  const unknown = framesNoClientKnows().filter((text) => !text.includes('"antiphon.handoff"'));
  expect(unknown).toEqual([]);
});

const REF = { sessionId: 'sess_test', events: '/events.jsonl', recording: '/recording.wav' };

/** The events of a session in which the agent looks an order up and hands the caller over. */
async function handoff(options: WireTrialOptions) {
  const trial = new WireTrial(options);
  trial.send({ type: 'response.create' });
  trial.engine.call('lookup_order', '{"order_id":"4471"}');
  trial.engine.end();
  await trial.tools.finish('{"customer_id":7}');
  trial.engine.call('transfer_to_human', '{"reason":"angry","summary":"Late.","team":"billing"}');
  trial.engine.speak('Goodbye.');
  trial.engine.end();
  trial.clock.advance(10_000);
  expect(trial.socket.closedWith?.reason).toBe('The caller was handed off.');
  return trial.take();
}

describe('antiphon.handoff', () => {
  it.each(['ga', 'beta'] as const)(
    'tells a client that asked why the caller is passed on, what is known and where it is kept, in %s',
    async (dialect) => {
      const events = await handoff({ dialect, ownEvents: { transcriptRef: REF } });
      expect(events.filter(({ type }) => type === 'antiphon.handoff')).toEqual([
        {
          type: 'antiphon.handoff',
          event_id: expect.stringMatching(/^event_/u) as string,
          reason: 'angry',
          summary: 'Late.',
          slots: { order_id: '4471', customer_id: 7, team: 'billing' },
          transcript_ref: {
            session_id: 'sess_test',
            events: '/events.jsonl',
            recording: '/recording.wav',
          },
        },
      ]);
    },
  );

  it('is not sent to a client that did not ask', async () => {
    const types = (await handoff({})).map(({ type }) => type);
    expect(types).toContain('conversation.item.added');
    expect(types.filter((type) => type.startsWith('antiphon.'))).toEqual([]);
  });
});

import { startSession } from '@antiphon/session';
import type { ControlChannel } from '@antiphon/session';
import {
  DrivenClock,
  FakeDetectors,
  FakeEngine,
  FakeTools,
  TEST_CONFIG,
  describeControlChannel,
} from '@antiphon/session/testing';
import { RealtimeConnection } from './realtime-connection.ts';

describeControlChannel('Realtime door', () => {
  const clock = new DrivenClock();
  let door: ControlChannel | null = null;
  const connection = new RealtimeConnection({
    socket: { send: () => {}, close: () => {}, bufferedBytes: 0 },
    dialect: 'ga',
    sessionId: 'sess_test',
    agent: {
      name: 'test',
      description: '',
      pipeline: 'fake',
      detector: 'energy',
      config: TEST_CONFIG,
      dialogue: null,
    },
    model: 'test-model',
    greets: false,
    clock,
    start: (leg, channel, agent) => {
      door = channel;
      return startSession({
        sessionId: 'sess_test',
        agent,
        leg,
        channels: [],
        engine: new FakeEngine(),
        detectors: new FakeDetectors(),
        tools: new FakeTools(),
        clock,
      });
    },
  });
  if (!door) throw new Error(`No channel was given to ${connection.session.control.id}.`);
  return door;
});

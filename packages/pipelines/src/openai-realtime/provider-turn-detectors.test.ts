import { setImmediate } from 'node:timers/promises';
import type { EngineSession, TurnDetectors } from '@antiphon/session';
import { describeTurnDetectors, DrivenClock } from '@antiphon/session/testing';
import { expect } from 'vitest';
import { fixtureClip } from '../embedded/fixture-clip.ts';
import { OpenaiRealtimeEngine } from './openai-realtime-engine.ts';
import { RealtimeUpstream } from './testing/realtime-upstream.ts';

/** As many as a trial opens detectors. */
const SESSIONS = 2;

describeTurnDetectors('of a Realtime upstream', async () => {
  const upstream = await RealtimeUpstream.start();
  const settings = { ...upstream.settings, turnDetection: 'provider' } as const;
  const engine = new OpenaiRealtimeEngine({ settings, clock: new DrivenClock() });
  const sessions: EngineSession[] = [];
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await setImmediate();
  };
  for (let count = 0; count < SESSIONS; count += 1) {
    const context = { sessionId: `session-${count}`, history: () => [], onEvent: () => {} };
    sessions.push(engine.open(context));
  }
  await until(() => upstream.connections.length === SESSIONS);
  await until(() => upstream.connections.every(({ heard }) => heard.length > 0));
  let opened = 0;
  const detectors: TurnDetectors = {
    open: (detection, onFact) =>
      engine.turnDetectors!.open(detection, onFact, `session-${opened++}`),
  };
  return {
    detectors,
    speech: fixtureClip('festival-order-4471').subarray(2400, 14400),
    settle: async () => {
      const told = () => upstream.connections.map(({ appends }) => appends).join();
      for (let before = ''; before !== told();) {
        before = told();
        for (let turn = 0; turn < 20; turn += 1) await setImmediate();
      }
    },
    close: async () => {
      // What was told was what the upstream had found in all of the audio.
      expect(upstream.connections[0]?.appendedBytes).toBeGreaterThan(8 * 600);
      for (const session of sessions) session.close();
      await upstream.close();
    },
  };
});

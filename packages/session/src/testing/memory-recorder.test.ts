import { describe, expect, it } from 'vitest';
import { MemoryRecorder } from './memory-recorder.ts';
import { TestSession } from './test-session.ts';

describe('what a recorder is told', () => {
  it.each(['hold', 'cancel'] as const)(
    'is the same as the history after a barge-in on a %s leg',
    async (bargeIn) => {
      const recorder = new MemoryRecorder();
      const test = new TestSession({ bargeIn, maxLeadMs: 10_000 }, {}, { recorder });
      test.hear(400);
      test.callerTurn();
      test.engine.session.speak('one two three four five six');
      test.hear(500);
      test.detectors.detector.start();
      test.hear(1_000);
      const [truncated] = test.channel.of('item.truncated');
      expect(truncated?.heard).toBe('one two');
      const [recording] = recorder.recordings;
      expect(recording?.heardMs(test.agentItemId)).toBeCloseTo(truncated?.audioEndMs ?? 0, -1);
      test.leg.hangUp();
      await test.session.ended;
      expect(recording?.isClosed).toBe(true);
      const types = recording?.events.map(({ type }) => type) ?? [];
      expect(types.filter((type) => !type.startsWith('machine.'))).toEqual(
        test.channel.events.map(({ type }) => type),
      );
      expect(types).toContain('machine.heard');
    },
  );
});

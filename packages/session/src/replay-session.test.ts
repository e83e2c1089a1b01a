import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from './ports/session-event.ts';
import { replayWhole } from './testing/replay-whole.ts';
import { ToolSession } from './testing/index.ts';
import { MemoryRecorder } from './testing/memory-recorder.ts';

/** A call is covered, its answer offered by e-mail, and the caller interrupts. */
async function recorded(): Promise<readonly RecordedEvent[]> {
  const recorder = new MemoryRecorder();
  const test = new ToolSession({ more: { recorder } });
  test.calls('trace_package');
  await test.wait(12_000);
  test.callerTurn();
  await test.wait(3_000);
  test.leg.hangUp();
  await test.session.ended;
  // As a file keeps them.
  return recorder.recordings[0]!.events.map((event) => JSON.parse(JSON.stringify(event)));
}

/** The same recording, with some of its events in other words. */
async function altered(change: (event: RecordedEvent) => RecordedEvent | null) {
  return replayWhole((await recorded()).flatMap((event) => change(event) ?? []));
}

describe('a recorded session', () => {
  it('is gone through again, state by state', async () => {
    const events = await recorded();
    const { steps, disagreement, problem, recordedVersion, shippedVersion } = replayWhole(events);
    expect(problem).toBeNull();
    expect(disagreement).toBeNull();
    expect(recordedVersion).toBe(shippedVersion);
    const turns = steps.flatMap(({ states }) => states.filter((path) => path.startsWith('turn.')));
    for (const path of ['turn.toolPending.covering', 'turn.asking.awaiting', 'turn.ended']) {
      expect(turns).toContain(path);
    }
    expect(steps.at(-1)?.cause).toBe('leg.closed');
    expect(steps[0]).toMatchObject({
      cause: 'started',
      states: ['caller.silent', 'agentAudio.idle', 'turn.listening'],
    });
  });

  it('shows how the machine of each pending call stood', async () => {
    const { steps } = replayWhole(await recorded());
    const ofCall = steps.flatMap(({ calls }) => (calls['call_1'] ? [calls['call_1'].join()] : []));
    expect([...new Set(ofCall)]).toEqual([
      'waiting.wait.tolerable,waiting.deadline.ahead',
      'waiting.wait.covered,waiting.deadline.ahead',
      'waiting.wait.covered,waiting.deadline.missed',
    ]);
  });

  it('says where it went another way than the machine goes', async () => {
    const { disagreement } = await altered((event) =>
      event.type === 'state.changed' && event.to === 'asking.awaiting'
        ? { ...event, to: 'listening' }
        : event,
    );
    expect(disagreement).toMatchObject({
      recorded: expect.stringContaining('→ listening'),
      replayed: expect.stringContaining('→ asking.awaiting'),
    });
  });

  it('says so when it breaks off before the machine rests', async () => {
    const { disagreement } = await altered((event) =>
      event.type === 'state.changed' && event.to === 'ended' ? null : event,
    );
    expect(disagreement).toMatchObject({ recorded: 'nothing more' });
  });

  it('tells the version of the machine that was recorded', async () => {
    const replay = await altered((event) =>
      event.type === 'machine.started' ? { ...event, version: '0' } : event,
    );
    expect(replay.recordedVersion).toBe('0');
    expect(replay.shippedVersion).not.toBe('0');
  });

  it('cannot be replayed when it does not say what the machine was told', async () => {
    const replay = await altered((event) => (event.type === 'machine.started' ? null : event));
    expect(replay).toMatchObject({
      steps: [],
      recordedVersion: null,
      problem: expect.stringContaining('cannot be replayed'),
    });
  });

  it('is replayed as far as it makes sense to the machine', async () => {
    const replay = await altered((event) =>
      event.type === 'machine.started' ? { ...event, input: {} } : event,
    );
    expect(replay.problem).toMatch(/could not go on after step \d+: /u);
    expect(replay.steps.length).toBeGreaterThan(0);
  });
});

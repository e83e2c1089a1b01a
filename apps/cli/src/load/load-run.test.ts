import { afterEach, describe, expect, it, vi } from 'vitest';
import { startScriptedServer } from '../testing/scripted-server.ts';
import type { ScriptedServer } from '../testing/scripted-server.ts';
import { LoadCaller } from './load-caller.ts';
import { LoadMeasurements } from './load-measurements.ts';
import { LoadRun } from './load-run.ts';
import { burstUtterance } from './utterance.ts';

let server: ScriptedServer;
let run: LoadRun;

afterEach(async () => {
  run.stop();
  await server.close();
});

async function runWith(key: string): Promise<LoadMeasurements> {
  server = await startScriptedServer({
    key: 'right',
    answers: [
      { text: 'Hello.', wordMs: 100 },
      { text: 'A long answer to a short question.', wordMs: 300 },
      { text: 'Another.', wordMs: 100 },
    ],
  });
  const measurements = new LoadMeasurements();
  const { url } = server;
  const utterances = [burstUtterance()];
  run = new LoadRun({
    server: url,
    key,
    agent: 'a',
    sessions: 3,
    callerOf: (_index, send) => new LoadCaller({ utterances, measurements, send }),
    onFailure: (error) => measurements.fail(error),
  });
  await run.arrive(new AbortController().signal);
  return measurements;
}

describe('LoadRun', () => {
  it('lets callers in who speak, are answered and cut in', async () => {
    const measurements = await runWith('right');
    expect(run.connected).toBe(3);
    const everybodyCutIn = () => expect(measurements.bargeIns).toBe(3);
    await vi.waitFor(everybodyCutIn, { timeout: 20_000, interval: 50 });
    expect(measurements.turns).toBeGreaterThanOrEqual(3);
    expect(measurements.values.bargeInDetected).toHaveLength(3);
    expect(run.wheel.frames).toBeGreaterThan(300);
  }, 30_000);

  it('fails when the first caller is refused', async () => {
    await expect(runWith('wrong')).rejects.toThrowError('no session: Wrong key.');
  });
});

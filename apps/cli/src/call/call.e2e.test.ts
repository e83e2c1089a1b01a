import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readWav, speechIntervals } from '@antiphon/audio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerProcess } from '../load/server-process.ts';
import { runProgram } from '../testing/run-program.ts';
import { startSourceServer } from '../testing/source-server.ts';

let server: ServerProcess;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'antiphon-call-'));
  server = await startSourceServer();
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function call(scenario: string, voice: string, wav: string) {
  const run = await runProgram(
    `call acme-support --scenario ${scenario} --voice-set ${voice} --wav ${wav} --json ` +
      `--url ${server.url} --key ${server.key}`,
  );
  if (run.error !== null) throw new Error(run.error);
  const result = JSON.parse(run.stdout) as {
    passed: boolean;
    calls: { interruptions: { transcript: string }[]; tools: { name: string }[] }[];
  };
  return { ...run, result };
}

// A call lasts half a minute and costs a tenth of a core, so a few are held at a time.
describe.concurrent('a call to the support agent', () => {
  it.each(['hts', 'rms'])('goes as the worked example says, voice %s', async (voice) => {
    const wav = path.join(folder, `${voice}.wav`);
    const { succeeded, stderr, result } = await call('worked-example', voice, wav);
    // What was printed says what failed.
    expect(stderr).toContain('PASS acme-support/worked-example');
    expect(succeeded).toBe(true);
    expect(result.passed).toBe(true);
    expect(result.calls[0]?.interruptions).toHaveLength(1);

    const { pcm, sampleRate } = readWav(readFileSync(wav));
    const sides = [0, 1].map((side) => pcm.filter((_, at) => at % 2 === side));
    for (const side of sides) expect(speechIntervals(side, sampleRate).length).toBeGreaterThan(2);
  });

  it('puts a caller through who wants a person', async () => {
    const wav = path.join(folder, 'person.wav');
    const { succeeded, stderr } = await call('ask-for-a-person', 'hts', wav);
    expect(stderr).toContain('PASS acme-support/ask-for-a-person');
    expect(succeeded).toBe(true);
  });
});

describe.concurrent('a call in which tools take long or want consent', () => {
  it.each([
    ['cancel-yes', 'rms'],
    ['cancel-no', 'hts'],
    ['cancel-interrupted', 'rms'],
  ])('runs a tool with consent and never without: %s', async (scenario, voice) => {
    const wav = path.join(folder, `${scenario}.wav`);
    const { succeeded, stderr } = await call(scenario, voice, wav);
    expect(stderr).toContain(`PASS acme-support/${scenario}`);
    expect(succeeded).toBe(true);
  });

  it('covers a tool that takes too long, and sends its answer by e-mail, once', async () => {
    const wav = path.join(folder, 'slow-tool.wav');
    const { succeeded, stderr } = await call('slow-tool', 'hts', wav);
    expect(stderr).toContain('PASS acme-support/slow-tool');
    expect(succeeded).toBe(true);
  });
});

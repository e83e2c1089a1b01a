import { readFileSync } from 'node:fs';
import { dbfs, readWav } from '@antiphon/audio';
import { describe, expect, it } from 'vitest';
import { EchoWatch } from './echo-watch.ts';
import type { EchoRest } from './echo-watch.ts';

const clip = (name: string): Int16Array => {
  const file = new URL(`../../audio/fixtures/${name}.wav`, import.meta.url);
  return readWav(readFileSync(file)).pcm;
};
const AGENT = clip('festival-order-4471');
const CALLER = clip('flite-order-55129');

/** What is left of the end of a line that begins as the agent does, when the echo is taken away. */
function rest(line: Int16Array): EchoRest | null {
  const watch = new EchoWatch(AGENT.length / 8);
  watch.play(AGENT, 8000, 10_000);
  return watch.restOf({ pcm: line, sampleRate: 8000 }, 120, 10_000 + line.length / 8);
}

/** The agent's voice as it comes back: later, softer, through a loudspeaker and a room. */
function echo(delayMs: number, lossDb: number): Int16Array {
  const out = new Int16Array(AGENT.length);
  const gain = 10 ** (-lossDb / 20);
  let smooth = 0;
  for (let i = 0; i < out.length; i++) {
    const at = i - delayMs * 8;
    const direct = at < 0 ? 0 : AGENT[at]!;
    const reflected = at < 240 ? 0 : AGENT[at - 240]!;
    smooth += 0.6 * (direct + 0.3 * reflected - smooth);
    out[i] = Math.round(gain * smooth);
  }
  return out;
}

const mixed = (a: Int16Array, b: Int16Array): Int16Array =>
  a.map((sample, i) => Math.max(-32768, Math.min(32767, sample + (b[i] ?? 0))));

describe('a watch for the agent’s own voice', () => {
  it.each([6, 12, 20, 30])('knows it again %i dB softer, whatever the delay', (lossDb) => {
    let looked = 0;
    for (const delayMs of [0, 40, 180, 450]) {
      const line = echo(delayMs, lossDb);
      for (let endMs = 900; endMs < 2_000; endMs += 100) {
        const heard = line.subarray(0, endMs * 8);
        if (dbfs(heard.subarray(-120 * 8)) < -60) continue;
        looked++;
        const { dbfs: restDbfs, soundDbfs } = rest(heard)!;
        expect(restDbfs).toBeLessThan(soundDbfs - 10);
      }
    }
    expect(looked).toBeGreaterThan(30);
  });

  it('takes nobody else’s voice for it', () => {
    for (let endMs = 700; endMs < CALLER.length / 8; endMs += 20) {
      expect(rest(CALLER.subarray(0, endMs * 8))).toBeNull();
    }
  });

  it.each([3, 6, 12])(
    'hears the caller over an echo that is %i dB softer than the agent',
    (loss) => {
      const voice = echo(80, loss);
      const line = mixed(voice, CALLER);
      let looked = 0;
      let found = 0;
      for (let endMs = 700; endMs < 2_000; endMs += 20) {
        const caller = CALLER.subarray(0, endMs * 8);
        const callerDbfs = dbfs(caller.subarray(-120 * 8));
        if (callerDbfs < -25) continue;
        looked++;
        const left = rest(line.subarray(0, endMs * 8));
        if (left === null || left.dbfs > callerDbfs - 6) found++;
      }
      expect(looked).toBeGreaterThan(20);
      expect(found / looked).toBeGreaterThan(0.9);
    },
  );

  it('finds it again where it was, and elsewhere when the line has changed', () => {
    const watch = new EchoWatch(AGENT.length / 8);
    watch.play(AGENT, 8000, 10_000);
    for (const delayMs of [40, 40, 300, 300]) {
      const line = echo(delayMs, 12).subarray(0, 1_200 * 8);
      const left = watch.restOf({ pcm: line, sampleRate: 8000 }, 120, 11_200);
      expect(left!.dbfs).toBeLessThan(left!.soundDbfs - 10);
    }
  });

  it('finds no echo in silence, nor of what was cut', () => {
    expect(rest(new Int16Array(8_000))).toBeNull();
    const watch = new EchoWatch(AGENT.length / 8);
    watch.play(AGENT, 8000, 10_000);
    watch.cut(10_000);
    const heard = { pcm: AGENT.subarray(0, 8_000), sampleRate: 8000 } as const;
    expect(watch.restOf(heard, 120, 11_000)).toBeNull();
  });
});

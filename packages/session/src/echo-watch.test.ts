import { readFileSync } from 'node:fs';
import { dbfs, readWav } from '@antiphon/audio';
import { describe, expect, it } from 'vitest';
import { EchoWatch } from './echo-watch.ts';

const clip = (name: string): Int16Array => {
  const file = new URL(`../../audio/fixtures/${name}.wav`, import.meta.url);
  return readWav(readFileSync(file)).pcm;
};
const AGENT = clip('festival-order-4471');
const CALLER = clip('flite-order-55129');

/** Whether the line, which begins as the agent does, ends in an echo. */
function hears(line: Int16Array): boolean {
  const watch = new EchoWatch(AGENT.length / 8);
  watch.play(AGENT, 8000, 10_000);
  return watch.isEcho(line, 8000, 10_000 + line.length / 8);
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
        if (dbfs(heard.subarray(-320 * 8)) < -62) continue;
        looked++;
        expect(hears(heard)).toBe(true);
      }
    }
    expect(looked).toBeGreaterThan(30);
  });

  it('takes nobody else’s voice for it', () => {
    for (let endMs = 700; endMs < CALLER.length / 8; endMs += 20) {
      expect(hears(CALLER.subarray(0, endMs * 8))).toBe(false);
    }
  });

  it('hears the caller over an echo 6 dB below', () => {
    const line = mixed(echo(80, 12), CALLER);
    let found = 0;
    let looked = 0;
    for (let endMs = 700; endMs < 2_000; endMs += 20) {
      looked++;
      if (!hears(line.subarray(0, endMs * 8))) found++;
    }
    expect(found / looked).toBeGreaterThan(0.9);
  });

  it('finds no echo in silence, nor of what was cut', () => {
    expect(hears(new Int16Array(8_000))).toBe(false);
    const watch = new EchoWatch(AGENT.length / 8);
    watch.play(AGENT, 8000, 10_000);
    watch.cut(10_000);
    expect(watch.isEcho(AGENT.subarray(0, 8_000), 8000, 11_000)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { PaceWatch } from './pace-watch.ts';
import { LIVE_PATTERNS, liveArrivals, seededRandom } from './testing/live-arrivals.ts';
import type { Arrival } from './testing/live-arrivals.ts';

type Random = () => number;

/** What is told, and when, of pieces that come so, declared to have 24 kHz. */
const toldOf = (arrivals: Iterable<Arrival>, declaredHz = 24_000) => {
  const watch = new PaceWatch(declaredHz);
  for (const { samples, atMs } of arrivals) {
    watch.hear(samples, atMs);
    const doubt = watch.judge();
    if (doubt) return { hz: doubt.looksLikeHz, atMs };
    if (watch.isDone) return null;
  }
  return null;
};

const even = (hz: number, chunkMs: number, totalMs = 8_000): Arrival[] =>
  Array.from({ length: totalMs / chunkMs }, (_, index) => ({
    samples: (hz * chunkMs) / 1000,
    atMs: (index + 1) * chunkMs,
  }));

/** Pieces of 24 kHz audio that come whenever a client pleases: what `next` gives, for 20 s. */
function* client(
  next: (atMs: number) => { readonly ms: number; readonly laterMs: number },
): Generator<Arrival> {
  for (let atMs = 0; atMs < 20_000;) {
    const { ms, laterMs } = next(atMs);
    atMs += laterMs;
    yield { samples: ms * 24, atMs };
  }
}

const one = <T>(random: Random, choices: readonly T[]): T =>
  choices[Math.floor(random() * choices.length)]!;

const exponential = (random: Random): number => -Math.log(1 - random());

/** Clients whose audio has the rate they declare, however it comes. */
const RIGHT_CLIENTS: Readonly<Record<string, (random: Random) => Iterable<Arrival>>> = {
  'whose timer is slow': (random) => {
    const ms = one(random, [10, 20, 40, 100]);
    const slowness = 1 + 0.12 * random();
    return client(() => ({ ms, laterMs: ms * slowness + 2 * random() - 1 }));
  },
  'whose timer has steps of 15.6 ms': (random) => {
    const ms = one(random, [10, 20, 30]);
    const stepMs = 15.625 * Math.ceil(ms / 15.625);
    return client(() => ({ ms, laterMs: stepMs + random() - 0.5 }));
  },
  'that stops now and then and loses what was said': (random) => {
    const ms = one(random, [10, 20, 40]);
    return client(() => ({ ms, laterMs: ms + (random() < 0.05 ? 150 * exponential(random) : 0) }));
  },
  'that stops now and then and sends the rest at once': (random) => {
    const ms = one(random, [10, 20, 40, 100]);
    let dueMs = 0;
    return client((atMs) => {
      dueMs += ms;
      const stopMs = random() < 0.03 ? 600 * exponential(random) : 0;
      return { ms, laterMs: Math.max(0, dueMs - atMs) + stopMs };
    });
  },
  'that stops for seconds and then catches up at twice the pace': (random) => {
    const ms = one(random, [10, 20, 100]);
    let owedMs = 0;
    return client((atMs) => {
      const stopMs = atMs > 500 && random() < ms / 5_000 ? 500 + 2_000 * random() : 0;
      const laterMs = (owedMs > 0 ? ms / 2 : ms) + stopMs;
      owedMs = Math.max(0, owedMs + laterMs - ms);
      return { ms, laterMs };
    });
  },
  'that sends only speech': (random) => {
    const ms = one(random, [10, 20, 40]);
    let leftMs = 0;
    return client(() => {
      if (leftMs > 0) {
        leftMs -= ms;
        return { ms, laterMs: ms + random() };
      }
      leftMs = 100 + 900 * exponential(random);
      // The beginning of what was said comes at once.
      return { ms: 200, laterMs: 50 + 700 * exponential(random) };
    });
  },
  'that recorded seconds before it was let in': (random) => {
    const ms = one(random, [10, 20, 100]);
    let aheadMs = 200 + 3_000 * random();
    return client(() => {
      aheadMs -= ms;
      return { ms, laterMs: aheadMs > 0 ? 3 * random() : ms + random() };
    });
  },
  'that sends a file as fast as it goes': (random) => {
    const ms = one(random, [20, 100, 500]);
    return client(() => ({ ms, laterMs: 5 * exponential(random) }));
  },
  'that sends sentences while they are made': (random) => {
    const ms = one(random, [40, 100]);
    return client(() => ({
      ms,
      laterMs: random() < 0.05 ? 1_500 : (ms / 4) * exponential(random),
    }));
  },
};

describe('PaceWatch', () => {
  for (const hz of [8_000, 16_000, 44_100, 48_000]) {
    it(`tells of ${hz} Hz within a second, however it is cut`, () => {
      for (const chunkMs of [10, 20, 40, 100, 200]) {
        const told = toldOf(even(hz, chunkMs));
        expect(told?.hz).toBe(hz);
        expect(told?.atMs).toBeLessThanOrEqual(1_000);
      }
    });
  }

  it('tells of it as soon as it is asked after a silence', () => {
    const watch = new PaceWatch(24_000);
    for (const { samples, atMs } of even(16_000, 20, 60_000)) watch.hear(samples, atMs);
    expect(watch.isDone).toBe(false);
    expect(watch.judge()).toEqual({ looksLikeHz: 16_000 });
  });

  it('tells of G.711 at a higher rate', () => {
    expect(toldOf(even(16_000, 20), 8_000)?.hz).toBe(16_000);
  });

  it('tells nothing of a live stream at its declared rate', () => {
    const told = [8_000, 24_000].flatMap((hz) =>
      Object.values(LIVE_PATTERNS).flatMap((pattern) =>
        Array.from({ length: 40 }, (_, seed) =>
          toldOf(liveArrivals({ hz, samples: hz * 10 }, pattern, seededRandom(seed)), hz),
        ),
      ),
    );
    expect(told).toHaveLength(400);
    expect(told.filter((doubt) => doubt !== null)).toEqual([]);
  });

  for (const [name, arrivalsOf] of Object.entries(RIGHT_CLIENTS)) {
    it(`tells nothing of a client ${name}`, () => {
      const told = Array.from({ length: 100 }, (_, seed) => toldOf(arrivalsOf(seededRandom(seed))));
      expect(told.filter((doubt) => doubt !== null)).toEqual([]);
    });
  }

  it('tells nothing of audio that comes in one piece', () => {
    expect(toldOf([0, 0].map((atMs) => ({ samples: 24_000 * 60, atMs })))).toBeNull();
  });

  it('tells nothing of a pace that no rate has', () => {
    for (const hz of [4_000, 12_000, 22_050, 32_000, 96_000]) {
      expect(toldOf(even(hz, 20))).toBeNull();
    }
  });

  it('is done after six seconds of another pace, not counting the silence before', () => {
    const watch = new PaceWatch(24_000);
    for (let ms = 0; ms <= 9_000; ms += 20) {
      watch.hear(480, ms);
      if (ms >= 3_000) expect(watch.judge()).toBeNull();
      expect(watch.isDone).toBe(ms >= 9_000);
    }
  });
});

/** A piece of a stream and when it came, in milliseconds from when its first sample was spoken. */
export interface Arrival {
  readonly samples: number;
  readonly atMs: number;
}

/** How a live stream is cut and carried. */
export interface LivePattern {
  /** What the client sends at once, in milliseconds of its own time. */
  readonly chunkMs: number;
  /** Each piece comes up to so much before or after it is due. */
  readonly jitterMs: number;
  /** Once in 0.5 to 2.5 s nothing comes for so long, and then what waited at once. */
  readonly hiccupMs: number;
}

/** Phones, browsers and recognisers over a network as it usually is, by name. */
export const LIVE_PATTERNS: Readonly<Record<string, LivePattern>> = {
  '10 ms frames': { chunkMs: 10, jitterMs: 15, hiccupMs: 0 },
  '20 ms frames': { chunkMs: 20, jitterMs: 15, hiccupMs: 0 },
  '20 ms frames with hiccups': { chunkMs: 20, jitterMs: 15, hiccupMs: 200 },
  '100 ms chunks': { chunkMs: 100, jitterMs: 15, hiccupMs: 0 },
  '100 ms chunks with hiccups': { chunkMs: 100, jitterMs: 15, hiccupMs: 200 },
};

/** Numbers in [0, 1), the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `samples` at `hz` as a microphone gives them and a network carries them, in order. */
export function liveArrivals(
  { hz, samples }: { readonly hz: number; readonly samples: number },
  { chunkMs, jitterMs, hiccupMs }: LivePattern,
  random: () => number,
): Arrival[] {
  const totalMs = (samples * 1000) / hz;
  const hiccups: number[] = [];
  let hiccupAtMs = random() * 2_000;
  while (hiccupAtMs < totalMs) {
    hiccups.push(hiccupAtMs);
    hiccupAtMs += 500 + random() * 2_000;
  }
  const arrivals: Arrival[] = [];
  let sent = 0;
  let lastMs = 0;
  for (let chunk = 1; sent < samples; chunk++) {
    const end = Math.min(samples, Math.round((chunk * chunkMs * hz) / 1000));
    let atMs = (end * 1000) / hz + jitterMs * (2 * random() - 1);
    for (const startMs of hiccups) {
      if (atMs > startMs && atMs < startMs + hiccupMs) atMs = startMs + hiccupMs;
    }
    lastMs = Math.max(lastMs, atMs);
    arrivals.push({ samples: end - sent, atMs: lastMs });
    sent = end;
  }
  return arrivals;
}

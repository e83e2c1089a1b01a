/** One frame of caller audio, as telephones send it. */
export const FRAME_MS = 20;

/** Samples and, in G.711, bytes of one frame at 8 kHz. */
export const FRAME_SAMPLES = 160;

/** A frame this late would be heard as a gap by a usual jitter buffer. */
export const LATE_FRAME_MS = 10;

/** A running frame clock. */
export interface FrameClock {
  /** When the first frame began. */
  readonly startAtMs: number;
  stop(): void;
}

/**
 * Calls `onFrame` at the end of every frame, with the frame's number and how late the call is. The
 * instants are counted from the start, so they do not drift, and frames that are due together are
 * all made up for. Instants are those of `performance.now()`.
 */
export function startFrameClock(onFrame: (index: number, lateMs: number) => void): FrameClock {
  const startAtMs = performance.now();
  let index = 0;
  let timer: NodeJS.Timeout | null = null;
  const dueAtMs = () => startAtMs + (index + 1) * FRAME_MS;
  const run = (): void => {
    timer = setTimeout(run, 0);
    for (let now = performance.now(); timer !== null && dueAtMs() <= now; now = performance.now()) {
      const lateMs = now - dueAtMs();
      index += 1;
      onFrame(index - 1, lateMs);
    }
    if (timer === null) return;
    clearTimeout(timer);
    timer = setTimeout(run, Math.max(0, dueAtMs() - performance.now()));
  };
  timer = setTimeout(run, FRAME_MS);
  return {
    startAtMs,
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

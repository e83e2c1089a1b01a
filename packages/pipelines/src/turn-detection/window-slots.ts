import { samplesToMs } from '@antiphon/audio';

/** The rate Silero listens at here: telephone audio needs no more, and 16 kHz costs twice as much. */
export const VAD_RATE = 8000;
/** What Silero takes at once at 8 kHz. */
export const WINDOW_SAMPLES = 256;
/** 32 ms. */
export const WINDOW_MS = samplesToMs(WINDOW_SAMPLES, VAD_RATE);

/** Windows a slot holds, 512 ms: ten frames of jitter. What comes faster waits at the writer. */
export const RING_WINDOWS = 16;

/** Fields of the control array: calls for attention, whether the worker sleeps, slots ever used. */
export const SIGNAL = 0;
export const IS_ASLEEP = 1;
export const USED_SLOTS = 2;
/** Never signalled, for a sleep that nothing cuts short. */
export const NEVER = 3;
/** One of the values below. */
export const LIFE = 4;
const CONTROL_FIELDS = 5;

/** The worker judges, shall stop, has stopped. */
export const RUNNING = 0;
export const STOPPING = 1;
export const STOPPED = 2;

/** Numbers per result that the worker posts: slot, generation, window, probability, level in dBFS. */
export const RESULT_FIELDS = 5;

/**
 * Audio of every session, shared by the thread that hears and the thread that judges. Slot s owns
 * the samples from `s * RING_WINDOWS * WINDOW_SAMPLES`, a ring whose writer waits for verdicts.
 */
export interface WindowSlots {
  readonly control: Int32Array<SharedArrayBuffer>;
  /** Which of a slot's users writes; 0 is nobody yet. */
  readonly generations: Int32Array<SharedArrayBuffer>;
  /** Whole windows that the present user has written. */
  readonly writtenWindows: Int32Array<SharedArrayBuffer>;
  readonly samples: Int16Array<SharedArrayBuffer>;
}

/** Makes empty slots. Memory is taken by slots when they are first used, 8 KiB each. */
export function createWindowSlots(slots: number): WindowSlots {
  return {
    control: new Int32Array(new SharedArrayBuffer(CONTROL_FIELDS * 4)),
    generations: new Int32Array(new SharedArrayBuffer(slots * 4)),
    writtenWindows: new Int32Array(new SharedArrayBuffer(slots * 4)),
    samples: new Int16Array(new SharedArrayBuffer(slots * RING_WINDOWS * WINDOW_SAMPLES * 2)),
  };
}

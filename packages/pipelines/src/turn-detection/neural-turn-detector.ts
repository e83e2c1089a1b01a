import { samplesToMs, StreamingResampler } from '@antiphon/audio';
import type { AudioFrame, TurnDetection, TurnDetector, TurnFact } from '@antiphon/session';
import { VadEndpointer } from './vad-endpointer.ts';
import {
  IS_ASLEEP,
  RING_WINDOWS,
  SIGNAL,
  VAD_RATE,
  WINDOW_MS,
  WINDOW_SAMPLES,
  type WindowSlots,
} from './window-slots.ts';

/**
 * Audio that may wait for room in the ring, one minute: a client may send a long recording at once.
 * When it is full, what waits is left out of the judgement; the audio clock goes on.
 */
const MAX_WAITING_SAMPLES = 60 * VAD_RATE;

/** What a {@link NeuralTurnDetector} works with. */
export interface NeuralTurnDetectorSetup {
  readonly slots: WindowSlots;
  readonly slot: number;
  readonly detection: TurnDetection;
  readonly onFact: (fact: TurnFact) => void;
  /** Called once, when the slot is free again. */
  readonly onClose: () => void;
}

/** What the worker found in a window, counted from the first one of its generation. */
export interface WindowVerdict {
  readonly window: number;
  readonly probability: number;
  readonly levelDbfs: number;
}

/** The hearing side of one slot: writes a session's windows and takes the verdicts on them. */
export class NeuralTurnDetector implements TurnDetector {
  readonly #setup: NeuralTurnDetectorSetup;
  readonly #endpointer: VadEndpointer;
  #resampler: StreamingResampler | undefined;
  #generation = 0;
  /** Where the first window of this generation lies in the session's audio. */
  #originMs = 0;
  /** Samples written into the window that is not whole yet. */
  #partialSamples = 0;
  #writtenWindows = 0;
  #judgedWindows = 0;
  #waiting: Int16Array[] = [];
  #waitingSamples = 0;
  /** Settings that hold from an instant of the audio on; what came before keeps the old ones. */
  #nextSettings: { readonly fromMs: number; readonly detection: TurnDetection } | undefined;
  /** Audio before it is forgotten. */
  #resetMs = 0;
  #isOpen = true;

  constructor(setup: NeuralTurnDetectorSetup) {
    this.#setup = setup;
    this.#endpointer = new VadEndpointer(setup.detection);
    this.#beginGeneration();
  }

  /** Tells the verdicts on this detector's present windows from all others in its slot. */
  get generation(): number {
    return this.#generation;
  }

  accept(frame: AudioFrame): void {
    if (!this.#isOpen) return;
    if (this.#resampler?.fromRate !== frame.sampleRate) {
      if (this.#resampler) this.#take(this.#resampler.flush());
      this.#resampler = new StreamingResampler(frame.sampleRate, VAD_RATE);
    }
    this.#take(this.#resampler.process(frame.pcm));
  }

  configure(detection: TurnDetection): void {
    this.#nextSettings = { fromMs: this.#takenMs(), detection };
  }

  reset(): void {
    this.#endpointer.reset();
    this.#resetMs = this.#takenMs();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#waiting = [];
    this.#setup.onClose();
  }

  /** Takes the verdict on a window of the present generation; called in their order. */
  judge({ window, probability, levelDbfs }: WindowVerdict): void {
    this.#judgedWindows = window + 1;
    if (this.#waitingSamples > 0) this.#writeWaiting();
    const startMs = this.#originMs + window * WINDOW_MS;
    if (startMs < this.#resetMs) return;
    if (this.#nextSettings && startMs >= this.#nextSettings.fromMs) {
      this.#endpointer.configure(this.#nextSettings.detection);
      this.#nextSettings = undefined;
    }
    const endMs = startMs + WINDOW_MS;
    for (const fact of this.#endpointer.accept({ startMs, endMs, probability, levelDbfs })) {
      this.#setup.onFact(fact);
    }
  }

  /** The end of the audio taken so far. */
  #takenMs(): number {
    const writtenSamples = this.#writtenWindows * WINDOW_SAMPLES + this.#partialSamples;
    return this.#originMs + samplesToMs(writtenSamples + this.#waitingSamples, VAD_RATE);
  }

  #beginGeneration(): void {
    const { slots, slot } = this.#setup;
    this.#partialSamples = 0;
    this.#writtenWindows = 0;
    this.#judgedWindows = 0;
    this.#waiting = [];
    this.#waitingSamples = 0;
    Atomics.store(slots.writtenWindows, slot, 0);
    this.#generation = Atomics.add(slots.generations, slot, 1) + 1;
  }

  #take(pcm: Int16Array): void {
    if (this.#waitingSamples > MAX_WAITING_SAMPLES) {
      const takenMs = this.#takenMs();
      this.#beginGeneration();
      this.#originMs = takenMs;
    }
    const written = this.#waitingSamples === 0 ? this.#write(pcm) : 0;
    if (written === pcm.length) return;
    this.#waiting.push(pcm.slice(written));
    this.#waitingSamples += pcm.length - written;
  }

  #writeWaiting(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const written = this.#write(first);
      this.#waitingSamples -= written;
      if (written < first.length) {
        this.#waiting[0] = first.subarray(written);
        return;
      }
      this.#waiting.shift();
    }
  }

  /** Writes what there is room for and returns how many samples that is. */
  #write(pcm: Int16Array): number {
    const { slots, slot } = this.#setup;
    let read = 0;
    while (read < pcm.length && this.#writtenWindows - this.#judgedWindows < RING_WINDOWS) {
      const window = slot * RING_WINDOWS + (this.#writtenWindows % RING_WINDOWS);
      const at = window * WINDOW_SAMPLES + this.#partialSamples;
      const samples = Math.min(WINDOW_SAMPLES - this.#partialSamples, pcm.length - read);
      for (let i = 0; i < samples; i++) slots.samples[at + i] = pcm[read + i]!;
      read += samples;
      this.#partialSamples += samples;
      if (this.#partialSamples === WINDOW_SAMPLES) this.#endWindow();
    }
    return read;
  }

  #endWindow(): void {
    const { control, writtenWindows } = this.#setup.slots;
    this.#partialSamples = 0;
    this.#writtenWindows += 1;
    Atomics.store(writtenWindows, this.#setup.slot, this.#writtenWindows);
    Atomics.add(control, SIGNAL, 1);
    if (Atomics.load(control, IS_ASLEEP) === 1) Atomics.notify(control, SIGNAL);
  }
}

import { DrivenClock } from '@antiphon/session/testing';
import type { TimedWord } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { PipelineError } from '../pipeline-error.ts';
import { describeTextToSpeech, FakeTextToSpeech, FakeWordAligner } from '../testing/index.ts';
import type { FakeVoiceOptions } from '../testing/index.ts';
import { AlignedTextToSpeech } from './aligned-text-to-speech.ts';
import { settle } from './cascade-fixture.ts';
import type { Synthesis } from './ports/text-to-speech.ts';

describeTextToSpeech('AlignedTextToSpeech', () => {
  const clock = new DrivenClock();
  const inner = new FakeTextToSpeech(clock, { tellsWords: false, delayMs: 10 });
  return {
    textToSpeech: new AlignedTextToSpeech(inner, { aligner: new FakeWordAligner(), clock }),
    drive: () => clock.advance(10),
  };
});

class Trial {
  readonly clock = new DrivenClock();
  readonly aligner = new FakeWordAligner();
  readonly inner: FakeTextToSpeech;
  /** What was told, in order: words, milliseconds of audio, the end. */
  readonly told: string[] = [];
  words: readonly TimedWord[] = [];
  synthesis: Synthesis | null = null;
  readonly #speech: AlignedTextToSpeech;

  /** Ten characters of 10 ms, 100 ms of audio at a time. */
  constructor(voice: FakeVoiceOptions = {}, maxHoldMs?: number) {
    this.inner = new FakeTextToSpeech(this.clock, { tellsWords: false, ...voice });
    this.#speech = new AlignedTextToSpeech(this.inner, {
      aligner: this.aligner,
      clock: this.clock,
      ...(maxHoldMs !== undefined && { maxHoldMs }),
    });
  }

  async speak(text: string, ms = 0): Promise<void> {
    this.synthesis = this.#speech.synthesize(
      { text, voice: 'fake-voice', speed: 1 },
      {
        onWords: (words) => {
          this.words = words;
          this.told.push(words.map((word) => word.text).join(' '));
        },
        onAudio: (pcm, rate) => this.told.push(`${(pcm.length * 1000) / rate} ms`),
        onEnd: () => this.told.push('end'),
        onError: (error) => this.told.push(error.message),
      },
    );
    await this.pass(ms);
  }

  async pass(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 10) {
      this.clock.advance(10);
      await settle();
    }
    await settle();
  }
}

describe('AlignedTextToSpeech', () => {
  it('holds the audio of a piece until its words are known', async () => {
    const trial = new Trial({ delayMs: 100 });
    await trial.speak('The order has left.', 190);
    expect(trial.told).toEqual([]);
    await trial.pass(10);
    expect(trial.told).toEqual(['The order has left.', '100 ms', '90 ms', 'end']);
    expect(trial.clock.pending).toBe(0);
  });

  it('tells the end of a word a little late rather than early, and within the audio', async () => {
    const trial = new Trial();
    await trial.speak('The order has left.');
    expect(trial.words.map(({ endMs }) => Math.round(endMs))).toEqual([90, 150, 190, 190]);
  });

  it('passes the audio of a slow provider on, and tells its words at the end', async () => {
    const trial = new Trial({ delayMs: 100 }, 250);
    await trial.speak('The order has left the warehouse.', 200);
    expect(trial.told).toEqual([]);
    await trial.pass(50);
    expect(trial.told).toEqual(['100 ms', '100 ms']);
    await trial.pass(150);
    expect(trial.told.slice(2)).toEqual([
      '100 ms',
      '30 ms',
      'The order has left the warehouse.',
      'end',
    ]);
  });

  it('passes audio on at once where nothing is to be held', async () => {
    const trial = new Trial({ delayMs: 100 }, 0);
    await trial.speak('The order has left.', 100);
    expect(trial.told).toEqual(['100 ms']);
    expect(trial.clock.pending).toBe(1);
  });

  it('does not wait for an aligner that takes too long', async () => {
    const trial = new Trial({}, 250);
    let answer = () => {};
    trial.aligner.ready = new Promise((resolve) => {
      answer = resolve;
    });
    await trial.speak('Sure.', 240);
    expect(trial.told).toEqual([]);
    await trial.pass(10);
    expect(trial.told).toEqual(['50 ms']);
    answer();
    await trial.pass(0);
    expect(trial.told).toEqual(['50 ms', 'Sure.', 'end']);
  });

  it('lets every word of a piece that cannot be aligned end with its audio', async () => {
    const trial = new Trial();
    trial.aligner.error = new PipelineError('alignment_failed', 'no');
    await trial.speak('The order has left.');
    expect(trial.told.at(-1)).toBe('end');
    expect(trial.words.map(({ endMs }) => endMs)).toEqual([190, 190, 190, 190]);
  });

  it('leaves words alone that the synthesizer tells by itself', async () => {
    const trial = new Trial({ tellsWords: true, delayMs: 100 });
    await trial.speak('The order has left.', 100);
    expect(trial.told).toEqual(['The order has left.', '100 ms']);
    await trial.pass(100);
    expect(trial.words.map(({ endMs }) => endMs)).toEqual([30, 90, 130, 190]);
    expect(trial.aligner.requests).toEqual([]);
    expect(trial.clock.pending).toBe(0);
  });

  it('aligns what was said even when whoever gets the audio changes it', async () => {
    const trial = new Trial({ delayMs: 50 }, 0);
    const heard: Int16Array[] = [];
    await trial.speak('The order has left.');
    const [synthesis] = trial.inner.syntheses;
    const chunk = Int16Array.of(1, 2, 3);
    synthesis?.events.onAudio(chunk, 24000);
    heard.push(chunk.fill(0));
    synthesis?.events.onEnd();
    expect([...(trial.aligner.requests[0]?.pcm ?? [])]).toEqual([1, 2, 3]);
  });

  it('tells nothing after cancel while a piece is being aligned', async () => {
    const trial = new Trial();
    let answer = () => {};
    trial.aligner.ready = new Promise((resolve) => {
      answer = resolve;
    });
    await trial.speak('Sure.');
    trial.synthesis?.cancel();
    answer();
    await trial.pass(2_000);
    expect(trial.told).toEqual([]);
    expect(trial.inner.syntheses[0]?.isCancelled).toBe(true);
    expect(trial.clock.pending).toBe(0);
  });

  it('tells an error in place of the words and the audio that was held', async () => {
    const trial = new Trial({ failsOn: () => new Error('broken') });
    await trial.speak('Sure.');
    expect(trial.told).toEqual(['broken']);
    expect(trial.clock.pending).toBe(0);
  });
});

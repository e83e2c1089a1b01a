import type { SampleRate } from '@antiphon/audio';
import { systemClock, type TimedWord } from '@antiphon/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlignedTextToSpeech } from '../../cascade/aligned-text-to-speech.ts';
import type { AlignmentRequest } from '../../cascade/ports/word-aligner.ts';
import type { SynthesisEvents, TextToSpeech } from '../../cascade/ports/text-to-speech.ts';
import { describeTextToSpeech, describeWordAligner } from '../../testing/index.ts';
import { FliteTextToSpeech } from '../flite/flite-text-to-speech.ts';
import { ForcedAligner } from './forced-aligner.ts';

interface Spoken extends AlignmentRequest {
  /** By the phone times of the voice itself. */
  readonly words: readonly TimedWord[];
}

const LINES = [
  'Order 4471 shipped already. Expected delivery is April 25, does that match what you see?',
  'It costs $19.99, and I can cancel order 4471 for you. Shall I do that now?',
  'Your account ends in 8820, the balance is $1,240.55, and the next payment is due May 14th.',
  'Let me check that for you. One moment. The technician arrives at 9:30 on April 25.',
  'Kubernetesville is closed; please call 555-0142 or write to help@example.com.',
  'Sure, one moment.',
];

function say(flite: FliteTextToSpeech, text: string, voice = 'slt'): Promise<Spoken> {
  return new Promise((resolve, reject) => {
    let words: readonly TimedWord[] = [];
    let audio: { pcm: Int16Array; sampleRate: SampleRate } | undefined;
    flite.synthesize(
      { text, voice, speed: 1 },
      {
        onWords: (told) => {
          words = told;
        },
        onAudio: (pcm, sampleRate) => {
          audio = { pcm, sampleRate };
        },
        onEnd: () => {
          if (audio) resolve({ text, words, ...audio });
        },
        onError: reject,
      },
    );
  });
}

/** The voice without its word times. */
function untimed(flite: FliteTextToSpeech): TextToSpeech {
  return {
    name: 'untimed',
    voices: flite.voices,
    synthesize: (request, events) => flite.synthesize(request, withoutWords(events)),
    close: () => flite.close(),
  };
}

function withoutWords(events: SynthesisEvents): SynthesisEvents {
  return {
    onWords: () => {},
    onAudio: (pcm, sampleRate) => events.onAudio(pcm, sampleRate),
    onEnd: () => events.onEnd(),
    onError: (error) => events.onError(error),
  };
}

describeWordAligner('ForcedAligner', async () => {
  const flite = await FliteTextToSpeech.start();
  return {
    aligner: await ForcedAligner.start(),
    speak: (text) => say(flite, text),
    close: () => flite.close(),
  };
});

describeTextToSpeech('Flite whose words are aligned', async () => {
  const aligner = await ForcedAligner.start();
  const inner = untimed(await FliteTextToSpeech.start());
  const aligned = new AlignedTextToSpeech(inner, { aligner, clock: systemClock });
  const textToSpeech: TextToSpeech = {
    name: aligned.name,
    voices: aligned.voices,
    synthesize: (request, events) => aligned.synthesize(request, events),
    close: async () => {
      await aligned.close();
      await aligner.close();
    },
  };
  return { textToSpeech };
});

describe('ForcedAligner', () => {
  let flite: FliteTextToSpeech;
  let aligner: ForcedAligner;
  beforeAll(async () => {
    flite = await FliteTextToSpeech.start();
    aligner = await ForcedAligner.start();
  });
  afterAll(() => Promise.all([flite.close(), aligner.close()]));

  it('finds the ends of words where five voices have them, and hardly ever too early', async () => {
    const latenesses: number[] = [];
    for (const voice of flite.voices) {
      for (const line of LINES) {
        const spoken = await say(flite, line, voice);
        const aligned = await aligner.align(spoken);
        latenesses.push(...aligned.map(({ endMs }, index) => endMs - spoken.words[index]!.endMs));
      }
    }
    latenesses.sort((a, b) => a - b);
    const differences = latenesses.map(Math.abs).toSorted((a, b) => a - b);
    const median = differences[differences.length >> 1]!;
    const [earliest, latest] = [-latenesses[0]!, latenesses.at(-1)!];
    process.stdout.write(
      `forced alignment: ${differences.length} words, their ends differ by ${median.toFixed(0)} ms ` +
        `(median), at most ${earliest.toFixed(0)} early and ${latest.toFixed(0)} late\n`,
    );
    expect(median).toBeLessThan(20);
    expect(earliest).toBeLessThanOrEqual(60);
    expect(latest).toBeLessThan(250);
  });

  it('ends a written word with the last of its spoken ones', async () => {
    const spoken = await say(flite, 'Order 4471 costs $19.99 and ships on April 25 by mail.');
    const aligned = await aligner.align(spoken);
    for (const text of ['4471', '$19.99', '25']) {
      const index = spoken.words.findIndex((word) => word.text === text);
      expect(Math.abs(aligned[index]!.endMs - spoken.words[index]!.endMs), text).toBeLessThan(60);
    }
  });

  it('refuses what does not fit its audio and what is too long, and goes on', async () => {
    const spoken = await say(flite, 'Sure, one moment.');
    const short = { ...spoken, pcm: spoken.pcm.subarray(0, 800) };
    await expect(aligner.align({ ...short, text: LINES[0]! })).rejects.toMatchObject({
      code: 'alignment_failed',
    });
    const long = { ...spoken, pcm: new Int16Array(31 * spoken.sampleRate) };
    await expect(aligner.align(long)).rejects.toMatchObject({ code: 'alignment_failed' });
    expect(await aligner.align(spoken)).toHaveLength(3);
  });

  it('refuses one piece more than may wait', async () => {
    const spoken = await say(flite, 'Sure.');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 67 }, () => aligner.align(spoken)),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatchObject({ reason: { code: 'queue_full' } });
  });

  it('refuses to start without threads', async () => {
    await expect(ForcedAligner.start({ workers: 0 })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });
});

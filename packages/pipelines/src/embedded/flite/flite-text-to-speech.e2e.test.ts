import { samplesToMs, StreamingResampler, type SampleRate } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SynthesisRequest } from '../../cascade/ports/text-to-speech.ts';
import type { PipelineError } from '../../pipeline-error.ts';
import { describeTextToSpeech } from '../../testing/index.ts';
import { createDecoder, loadSoundSwallower } from '../soundswallower/sound-swallower.ts';
import { dictionaryFor } from '../soundswallower/vocabulary.ts';
import { FliteTextToSpeech } from './flite-text-to-speech.ts';
import { spokenForm } from '../../spoken/spoken-form.ts';

interface Spoken {
  readonly words: readonly TimedWord[];
  readonly pcm: Int16Array;
  readonly sampleRate: SampleRate;
}

let speech: FliteTextToSpeech;

beforeAll(async () => {
  speech = await FliteTextToSpeech.start();
});

afterAll(() => speech.close());

function say(text: string, options: Partial<SynthesisRequest> = {}): Promise<Spoken> {
  return new Promise((resolve, reject) => {
    let words: readonly TimedWord[] = [];
    let pcm = new Int16Array(0);
    let sampleRate: SampleRate = 16000;
    speech.synthesize(
      { text, voice: 'slt', speed: 1, ...options },
      {
        onWords: (timed) => {
          words = timed;
        },
        onAudio: (piece, rate) => {
          pcm = Int16Array.from([...pcm, ...piece]);
          sampleRate = rate;
        },
        onEnd: () => resolve({ words, pcm, sampleRate }),
        onError: reject,
      },
    );
  });
}

/** Starts of the spoken words in milliseconds, as a recogniser that knows the text hears them. */
async function heardStarts({ pcm, sampleRate }: Spoken, spoken: string[]): Promise<number[]> {
  const module = await loadSoundSwallower();
  const decoder = await createDecoder(module, await dictionaryFor([...new Set(spoken)]));
  const narrow = new StreamingResampler(sampleRate, 8000);
  const samples = [...narrow.process(pcm), ...narrow.flush()];
  decoder.set_align_text(spoken.join(' '));
  decoder.start();
  decoder.process_audio(
    Float32Array.from(samples, (sample) => sample / 32768),
    false,
    true,
  );
  decoder.stop();
  const heard = (decoder.get_alignment().w ?? []).filter(({ t }) => /^[a-z']/.test(t));
  decoder.delete();
  return heard.map(({ b }) => 1000 * b);
}

describeTextToSpeech('Flite', async () => ({ textToSpeech: await FliteTextToSpeech.start() }));

describe('FliteTextToSpeech', () => {
  it.each([
    ['slt', 'Your order 4471 shipped on April 25, and it cost $19.99.'],
    ['rms', 'Sure, let me check that for you. One moment please.'],
    ['awb', 'I have cancelled that order, and placed a new one with overnight shipping.'],
    ['kal16', 'It is on its way. You will get a confirmation by mail. Anything else?'],
    ['kal', 'Sure. One moment. Your refund of 20% is on its way. Anything else?'],
  ])('knows within 60 ms when %s says each word', async (voice, text) => {
    const spoken = await say(text, { voice });
    const form = spokenForm(text);
    const said = form.flatMap((word) => word.spoken);
    const heard = await heardStarts(spoken, said);
    expect(heard).toHaveLength(said.length);
    let next = 0;
    const errors = form.map((word, index) => {
      const error = Math.abs(spoken.words[index]!.startMs - heard[next]!);
      next += word.spoken.length;
      return error;
    });
    errors.sort((a, b) => a - b);
    expect(errors[errors.length >> 1]).toBeLessThan(60);
    expect(errors.at(-1)).toBeLessThan(150);
  });

  it.each(['slt', 'kal'])(
    'gives written words in order and inside the audio (%s)',
    async (voice) => {
      const text = 'Hi! Order 4471 — that is $5 👍 — left Kubernetesville at 3:30 pm. OK?';
      const { words, pcm, sampleRate } = await say(text, { voice });
      expect(words.map((word) => word.text).join(' ')).toBe(text);
      let reachedMs = 0;
      for (const { startMs, endMs } of words) {
        expect(startMs).toBeGreaterThanOrEqual(reachedMs);
        expect(endMs).toBeGreaterThanOrEqual(startMs);
        reachedMs = endMs;
      }
      expect(reachedMs).toBeLessThanOrEqual(samplesToMs(pcm.length, sampleRate));
    },
  );

  it('starts at once and pauses longer after a sentence than after a clause', async () => {
    const idleEnd = ({ words, pcm, sampleRate }: Spoken): number =>
      samplesToMs(pcm.length, sampleRate) - words.at(-1)!.endMs;
    const sentence = await say('All done.');
    const clause = await say('All done,');
    expect(sentence.words[0]!.startMs).toBeLessThanOrEqual(10);
    expect(idleEnd(sentence)).toBeCloseTo(180, 0);
    expect(idleEnd(clause)).toBeCloseTo(80, 0);
  });

  it('speaks faster and slower', async () => {
    const length = async (speed: number): Promise<number> =>
      (await say('One moment please.', { speed })).pcm.length;
    const usual = await length(1);
    expect(await length(1.5)).toBeLessThan(0.8 * usual);
    expect(await length(0.75)).toBeGreaterThan(1.2 * usual);
  });

  it('ends without audio when nothing is to be said', async () => {
    const { words, pcm } = await say('👍 —');
    expect(words).toEqual([
      { text: '👍', startMs: 0, endMs: 0 },
      { text: '—', startMs: 0, endMs: 0 },
    ]);
    expect(pcm).toHaveLength(0);
  });

  it('delivers a known text on the next microtask', async () => {
    await speech.prewarm(['Let me see.'], 'slt');
    const order: string[] = [];
    speech.synthesize(
      { text: 'Let me see.', voice: 'slt', speed: 1 },
      {
        onWords: () => order.push('words'),
        onAudio: () => order.push('audio'),
        onEnd: () => order.push('end'),
        onError: () => order.push('error'),
      },
    );
    order.push('returned');
    await Promise.resolve();
    expect(order).toEqual(['returned', 'words', 'audio', 'end']);
  });

  it('hands out audio that the receiver may change', async () => {
    const first = await say('Just a second.');
    await new Promise<void>((resolve, reject) => {
      speech.synthesize(
        { text: 'Just a second.', voice: 'slt', speed: 1 },
        { onWords: () => {}, onAudio: (pcm) => pcm.fill(0), onEnd: resolve, onError: reject },
      );
    });
    expect((await say('Just a second.')).pcm).toEqual(first.pcm);
  });

  it('says nothing of a synthesis that was cancelled, and goes on with the next', async () => {
    const events: string[] = [];
    const note = (event: string) => () => {
      events.push(event);
    };
    const request = { voice: 'slt', speed: 1 };
    for (const text of ['First of all.', 'Second of all.', 'Let me see.']) {
      const listener = {
        onWords: note(text),
        onAudio: note(text),
        onEnd: note(text),
        onError: note(text),
      };
      speech.synthesize({ ...request, text }, listener).cancel();
    }
    await say('Third of all.');
    expect(events).toEqual([]);
  });

  it('speaks a text once for all who ask for it at the same time', async () => {
    const [one, other] = await Promise.all([say('Hello, everyone!'), say('Hello, everyone!')]);
    expect(one.pcm.length).toBeGreaterThan(0);
    expect(other.pcm).toEqual(one.pcm);
  });

  it('refuses an unknown voice, an impossible speed and a full queue', async () => {
    await expect(say('Hello.', { voice: 'nobody' })).rejects.toMatchObject({
      code: 'unknown_voice',
    });
    await expect(say('Hello.', { speed: 0 })).rejects.toMatchObject({ code: 'invalid_argument' });
    const errors: PipelineError[] = [];
    const quiet = { onWords: () => {}, onAudio: () => {}, onEnd: () => {} };
    const syntheses = Array.from({ length: 202 }, (_, index) =>
      speech.synthesize(
        { text: `Number ${index}.`, voice: 'kal', speed: 1 },
        { ...quiet, onError: (error) => errors.push(error as PipelineError) },
      ),
    );
    await Promise.resolve();
    expect(errors.map((error) => error.code)).toContain('queue_full');
    for (const synthesis of syntheses) synthesis.cancel();
    await say('Still here.', { voice: 'kal' });
  });
});

describe('FliteTextToSpeech at its end', () => {
  it('drops what is unspoken on close and refuses what comes after', async () => {
    const closing = await FliteTextToSpeech.start({ cacheBytes: 0 });
    const events: string[] = [];
    const listener = {
      onWords: () => events.push('words'),
      onAudio: () => events.push('audio'),
      onEnd: () => events.push('end'),
      onError: (error: Error) => events.push((error as PipelineError).code),
    };
    const request = { text: 'Goodbye.', voice: 'slt', speed: 1 };
    closing.synthesize(request, listener);
    await closing.close();
    expect(events).toEqual([]);
    closing.synthesize(request, listener);
    await Promise.resolve();
    expect(events).toEqual(['closed']);
  });
});

import { StreamingResampler } from '@antiphon/audio';
import type { FliteTextToSpeech } from '@antiphon/pipelines';
import { LINE_RATE } from './sounds.ts';

/** Says a text as it comes over a telephone: 8 kHz, without idle ends. */
export function sayOnLine(
  flite: FliteTextToSpeech,
  text: string,
  voice: string,
): Promise<Float64Array> {
  return new Promise((resolve, reject) => {
    const parts: number[] = [];
    flite.synthesize(
      { text, voice, speed: 1 },
      {
        onWords: () => {},
        onAudio: (pcm, sampleRate) => {
          const resampler = new StreamingResampler(sampleRate, LINE_RATE);
          parts.push(...resampler.process(pcm), ...resampler.flush());
        },
        onEnd: () => resolve(Float64Array.from(parts)),
        onError: reject,
      },
    );
  });
}

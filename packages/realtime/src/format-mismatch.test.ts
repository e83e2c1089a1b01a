import { pcm16ToUlaw } from '@antiphon/audio';
import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

/** A second of a chord in mu-law, though the session declares PCM16. */
const speakUlaw = (trial: WireTrial): void => {
  const chord = Int16Array.from(
    { length: 8_000 },
    (_, sample) => 6_000 * (Math.sin(sample / 6) + Math.sin(sample / 5)),
  );
  for (let start = 0; start < chord.length; start += 160) {
    const audio = Buffer.from(pcm16ToUlaw(chord.subarray(start, start + 160))).toString('base64');
    trial.send({ type: 'input_audio_buffer.append', audio });
    trial.clock.advance(20);
  }
};

const errorsOf = (trial: WireTrial): unknown[] =>
  trial
    .take()
    .filter(({ type }) => type === 'error')
    .map((event) => (event as { readonly error?: unknown }).error);

describe('a client whose audio is not in the format it declared', () => {
  it('is told once by an error where the agent asks for it', () => {
    const trial = new WireTrial({ reportFormatMismatch: true });
    speakUlaw(trial);
    speakUlaw(trial);
    expect(errorsOf(trial)).toEqual([
      {
        type: 'invalid_request_error',
        code: 'audio_format_mismatch',
        message:
          'The audio was declared as pcm16 but looks like g711_ulaw. ' +
          'Send what the session declares, or declare what you send with session.update.',
        param: 'audio',
        event_id: null,
      },
    ]);
    expect(trial.socket.closedWith).toBeNull();
  });

  it('is told of a rate that its audio does not come at', () => {
    const trial = new WireTrial({ reportFormatMismatch: true });
    const audio = Buffer.alloc(320).toString('base64');
    for (let ms = 0; ms < 4_000; ms += 20) {
      trial.send({ type: 'input_audio_buffer.append', audio });
      trial.clock.advance(20);
    }
    expect(errorsOf(trial)).toMatchObject([
      {
        code: 'audio_format_mismatch',
        message: expect.stringContaining(
          'declared as pcm16 at 24000 Hz but looks like pcm16 at 8000 Hz.',
        ) as string,
      },
    ]);
  });

  it('is told nothing where the agent does not, but those who watch are', () => {
    const trial = new WireTrial();
    speakUlaw(trial);
    expect(errorsOf(trial)).toEqual([]);
    expect(trial.channel.of('audio.formatDoubted')).toMatchObject([
      { declared: 'pcm16', looksLike: 'g711_ulaw' },
    ]);
  });
});

import { encodeAudio, pcm16ToUlaw } from '@antiphon/audio';
import { afterEach, describe, expect, it } from 'vitest';
import { expectedName, nameOfFormat, sampleBytes } from './testing/format-trials.ts';
import type { TrialFormat } from './testing/format-trials.ts';
import { PLAIN_SOUNDS } from './testing/plain-sounds.ts';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const PCM16: TrialFormat = { encoding: 'pcm16', hz: 24_000 };

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

/** Three seconds of a sung vowel, live, in the format it is sent in; the session declares PCM16. */
const sing = (trial: WireTrial, { encoding, hz }: TrialFormat): void => {
  const bytes = encodeAudio(PLAIN_SOUNDS['a sung vowel']!(hz).subarray(0, 3 * hz), encoding);
  const frameBytes = (hz / 50) * sampleBytes(encoding);
  for (let start = 0; start < bytes.length; start += frameBytes) {
    const audio = Buffer.from(bytes.subarray(start, start + frameBytes)).toString('base64');
    trial.send({ type: 'input_audio_buffer.append', audio });
    trial.clock.advance(20);
  }
};

const WRONG: readonly TrialFormat[] = [
  { encoding: 'g711_ulaw', hz: 8_000 },
  { encoding: 'g711_alaw', hz: 8_000 },
  { encoding: 'pcm16', hz: 8_000 },
  { encoding: 'pcm16', hz: 16_000 },
  { encoding: 'pcm16', hz: 44_100 },
  { encoding: 'pcm16', hz: 48_000 },
];

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

  for (const sent of WRONG) {
    it(`makes one event and no error of ${nameOfFormat(sent)}, one error where asked for`, () => {
      for (const reportFormatMismatch of [false, true]) {
        const trial = new WireTrial({ reportFormatMismatch });
        const startedAtMs = trial.clock.now();
        sing(trial, sent);
        sing(trial, sent);
        const doubts = trial.channel.of('audio.formatDoubted');
        expect(doubts).toHaveLength(1);
        expect(doubts[0]!.looksLike).toBe(expectedName(sent, PCM16));
        expect(doubts[0]!.atMs - startedAtMs).toBeLessThanOrEqual(1_000);
        expect(errorsOf(trial)).toHaveLength(reportFormatMismatch ? 1 : 0);
        expect(trial.socket.closedWith).toBeNull();
      }
    });
  }

  it('is told once though it is wrong in other ways later', () => {
    const trial = new WireTrial({ reportFormatMismatch: true });
    for (const sent of WRONG) sing(trial, sent);
    trial.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { format: { type: 'audio/pcma' } } } },
    });
    for (const sent of WRONG) sing(trial, sent);
    expect(trial.channel.of('audio.formatDoubted')).toHaveLength(1);
    expect(errorsOf(trial)).toHaveLength(1);
  });

  it('makes nothing of audio that is what it was declared to be', () => {
    const trial = new WireTrial({ reportFormatMismatch: true });
    sing(trial, PCM16);
    sing(trial, PCM16);
    expect(trial.channel.of('audio.formatDoubted')).toEqual([]);
    expect(errorsOf(trial)).toEqual([]);
  });
});

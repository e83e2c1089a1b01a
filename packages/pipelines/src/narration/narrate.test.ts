import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { settle } from '../cascade/cascade-fixture.ts';
import { FakeTextToSpeech } from '../testing/index.ts';
import type { FakeVoiceOptions } from '../testing/index.ts';
import { narrate } from './narrate.ts';

function begin(text: string, options: FakeVoiceOptions = {}, onAudio?: () => Promise<void>) {
  const clock = new DrivenClock();
  const textToSpeech = new FakeTextToSpeech(clock, options);
  const abort = new AbortController();
  let samples = 0;
  const ended = narrate({
    text,
    textToSpeech,
    voice: 'fake-voice',
    speed: 1,
    sampleRate: 24_000,
    clock,
    signal: abort.signal,
    onAudio: (pcm) => {
      samples += pcm.length;
      return onAudio?.();
    },
  });
  const said = () => textToSpeech.syntheses.map(({ request }) => request.text);
  return { clock, abort, ended, said, samples: () => samples, textToSpeech };
}

describe('a narration', () => {
  it('reads every sentence once, without markup, at the rate that is wanted', async () => {
    const text = '**One** here. 🎉 Two here.';
    const { ended, said, samples, clock } = begin(text, { sampleRate: 16_000 });
    await ended;
    expect(said().join(' ')).toBe('One here. Two here.');
    // 10 ms a character at 24 kHz.
    expect(samples()).toBe(240 * said().join('').length);
    expect(clock.pending).toBe(0);
  });

  it('begins no sentence before its listener has taken the one before', async () => {
    let take = () => {};
    const taken = new Promise<void>((resolve) => {
      take = resolve;
    });
    const { ended, said } = begin('One here. Two here.', {}, () => taken);
    await settle();
    expect(said()).toEqual(['One here.']);
    take();
    await ended;
    expect(said()).toEqual(['One here.', 'Two here.']);
  });

  it('fails by name where the voice does, or falls silent', async () => {
    const broken = begin('One here.', { failsOn: () => new Error('with what was said') });
    await expect(broken.ended).rejects.toMatchObject({
      code: 'provider_failed',
      message: 'fake-synthesizer failed',
    });
    const stuck = begin('One here.', { isStuckOn: () => true });
    stuck.clock.advance(3_000);
    await expect(stuck.ended).rejects.toMatchObject({ code: 'provider_timeout' });
    expect(stuck.textToSpeech.syntheses[0]?.isCancelled).toBe(true);
  });

  it('stops at once when nobody listens any more', async () => {
    const { abort, ended, said, clock, textToSpeech } = begin('One here. Two here.', {
      delayMs: 50,
    });
    await settle();
    abort.abort();
    await ended;
    expect(said()).toEqual(['One here.']);
    expect(textToSpeech.syntheses[0]?.isCancelled).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

import type { TimedWord } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { FakeTextToSpeech } from '../testing/index.ts';
import type { FakeVoiceOptions } from '../testing/index.ts';
import { settle } from './cascade-fixture.ts';
import { SpeechLine } from './speech-line.ts';

function setUp(voice: FakeVoiceOptions = {}, isHeld = false) {
  const clock = new DrivenClock();
  const textToSpeech = new FakeTextToSpeech(clock, voice);
  const words: TimedWord[] = [];
  const chunks: Int16Array[] = [];
  const failures: string[] = [];
  const line = new SpeechLine({
    textToSpeech,
    voice: 'fake-voice',
    speed: 1,
    clock,
    firstAudioMs: 250,
    audioGapMs: 250,
    isHeld,
    onWords: (told) => words.push(...told),
    onAudio: (pcm) => chunks.push(pcm),
    onPiece: () => {},
    onSpelledOut: () => {},
    onFailure: (failure) => failures.push(failure.code),
  });
  return { clock, textToSpeech, words, chunks, failures, line };
}

describe('SpeechLine that is held', () => {
  it('speaks its first piece and has room for one more until it is released', async () => {
    const { line, chunks, textToSpeech } = setUp({}, true);
    line.speak('...');
    line.speak('One.');
    await line.room();
    line.speak('Two.');
    let hasRoom = false;
    const room = line.room().then(() => {
      hasRoom = true;
    });
    await settle();
    expect(textToSpeech.syntheses.map(({ request }) => request.text)).toEqual(['One.']);
    expect(chunks).toHaveLength(1);
    expect(hasRoom).toBe(false);
    line.release();
    await room;
    await line.drained();
    expect(chunks).toHaveLength(2);
  });

  it('has played nothing before it is released', async () => {
    const { clock, line, textToSpeech } = setUp({ msPerCharacter: 10_000 }, true);
    line.speak('One.');
    line.speak('Two.');
    await settle();
    clock.advance(20_000);
    line.release();
    await settle();
    expect(textToSpeech.syntheses).toHaveLength(1);
    clock.advance(10_000);
    expect(textToSpeech.syntheses).toHaveLength(2);
    line.close();
  });

  it('stays silent when it is closed', async () => {
    const { clock, line, textToSpeech } = setUp({}, true);
    line.speak('One.');
    line.speak('Two.');
    await settle();
    line.close();
    line.release();
    await line.drained();
    expect(textToSpeech.syntheses).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});

describe('SpeechLine, given markdown', () => {
  it('speaks the words without the marks, and times the written words', async () => {
    const { line, textToSpeech, words } = setUp();
    line.speak('- **Order 4471** is [on its way](https://example.com/x). 👍');
    await line.drained();
    expect(textToSpeech.syntheses.map(({ request }) => request.text)).toEqual([
      'Order 4471 is on its way.',
    ]);
    expect(words).toEqual([
      { text: '-', startMs: 0, endMs: 0 },
      { text: '**Order', startMs: 0, endMs: 50 },
      { text: '4471**', startMs: 60, endMs: 100 },
      { text: 'is', startMs: 110, endMs: 130 },
      { text: '[on', startMs: 140, endMs: 160 },
      { text: 'its', startMs: 170, endMs: 200 },
      { text: 'way](https://example.com/x).', startMs: 210, endMs: 250 },
      { text: '👍', startMs: 250, endMs: 250 },
    ]);
  });

  it('has said a name of several words when the last of them was said', async () => {
    const { line, textToSpeech, words } = setUp();
    line.speak('{"order_id":"4471"} **is** lost.');
    await line.drained();
    expect(textToSpeech.syntheses[0]?.request.text).toBe('order id 4471 is lost.');
    expect(words).toEqual([
      { text: '{"order_id":"4471"}', startMs: 0, endMs: 130 },
      { text: '**is**', startMs: 140, endMs: 160 },
      { text: 'lost.', startMs: 170, endMs: 220 },
    ]);
  });

  it('passes over marks alone', async () => {
    const { line, textToSpeech, words } = setUp();
    line.speak('```json {');
    line.speak('|---|---|');
    await line.drained();
    expect(textToSpeech.syntheses).toEqual([]);
    expect(words.map(({ text }) => text)).toEqual(['```json', '{', '|---|---|']);
  });
});

describe('SpeechLine', () => {
  it('is drained before anything was said, and again after it', async () => {
    const { line, chunks } = setUp();
    await line.drained();
    line.speak('One.');
    await line.drained();
    expect(chunks).toHaveLength(1);
  });

  it('holds no timer while it has nothing to say', async () => {
    const { clock, line } = setUp();
    line.speak('One.');
    expect(clock.pending).toBe(1);
    await line.drained();
    expect(clock.pending).toBe(0);
  });

  it('takes audio that comes slowly but steadily', () => {
    const { clock, line, chunks, failures } = setUp({ delayMs: 200 });
    line.speak('A text that is four tenths of a second.');
    clock.advance(4 * 200);
    expect(chunks).toHaveLength(4);
    expect(failures).toEqual([]);
  });

  it('fails when audio stops coming', () => {
    const { clock, line, chunks, failures } = setUp({ delayMs: 300 });
    line.speak('One.');
    clock.advance(300);
    expect(chunks).toEqual([]);
    expect(failures).toEqual(['provider_timeout']);
  });

  it('counts places anew when the rate of the audio changes', async () => {
    const { line, textToSpeech, words } = setUp({ isStuckOn: () => true });
    const rates = [24000, 8000] as const;
    for (const [index, sampleRate] of rates.entries()) {
      line.speak('Half.');
      const { events } = textToSpeech.syntheses[index] ?? {};
      events?.onAudio(new Int16Array(sampleRate / 2), sampleRate);
      events?.onEnd();
    }
    line.speak('End.');
    textToSpeech.syntheses[2]?.events.onWords([{ text: 'End.', startMs: 5, endMs: 9 }]);
    await settle();
    expect(words).toEqual([{ text: 'End.', startMs: 1005, endMs: 1009 }]);
  });

  it('ignores what a synthesizer says about a piece that has ended', async () => {
    const { line, textToSpeech, words, chunks, failures } = setUp({
      isStuckOn: (text) => text === 'Two.',
    });
    line.speak('One.');
    line.speak('Two.');
    await settle();
    const [ended] = textToSpeech.syntheses;
    ended?.events.onWords([{ text: 'late', startMs: 0, endMs: 1 }]);
    ended?.events.onAudio(new Int16Array(24), 24000);
    ended?.events.onError(new Error('late'));
    ended?.events.onEnd();
    expect([words.length, chunks.length, failures.length]).toEqual([1, 1, 0]);
    expect(textToSpeech.syntheses).toHaveLength(2);
  });

  it('passes over empty audio', () => {
    const { line, textToSpeech, chunks } = setUp({ isStuckOn: () => true });
    line.speak('One.');
    textToSpeech.syntheses[0]?.events.onAudio(new Int16Array(0), 24000);
    expect(chunks).toEqual([]);
  });

  it('lets go of those who wait when it is closed, and takes nothing more', async () => {
    const { line, textToSpeech } = setUp({ isStuckOn: () => true });
    for (let piece = 0; piece < 9; piece += 1) line.speak('Yes.');
    const waiting = Promise.all([line.room(), line.drained()]);
    line.close();
    line.close();
    line.speak('No.');
    await waiting;
    expect(textToSpeech.syntheses).toHaveLength(1);
  });
});

import type { TimedWord } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { FakeTextToSpeech } from '../testing/index.ts';
import type { SynthesisEvents } from './ports/text-to-speech.ts';
import { SpelledOutTextToSpeech } from './spelled-out-text-to-speech.ts';

/** Eight samples to a millisecond. */
const RATE = 8000;

/** A piece whose voice the test plays, and all that was told of it in order. */
function piece(text: string) {
  const clock = new DrivenClock();
  // It tells nothing by itself.
  const voice = new FakeTextToSpeech(clock, { isStuckOn: () => true });
  const told: string[] = [];
  const samples: number[] = [];
  const synthesis = new SpelledOutTextToSpeech(voice, { clock, maxHoldMs: 300 }).synthesize(
    { text, voice: 'fake-voice', speed: 1 },
    {
      onWords: (words) => told.push(...words.map((word) => word.text)),
      onAudio: (pcm) => {
        samples.push(...pcm);
        told.push(`${pcm.length / 8} ms`);
      },
      onEnd: () => told.push('end'),
      onError: () => told.push('error'),
    },
  );
  const { events } = voice.syntheses[0]!;
  return { clock, synthesis, events, told, samples };
}

/** Words of 100 ms one after the other. */
function say(events: SynthesisEvents, text: string, fromMs: number): void {
  const words: TimedWord[] = [];
  for (const [index, word] of text.split(' ').entries()) {
    const startMs = fromMs + index * 100;
    words.push({ text: word, startMs, endMs: startMs + 100 });
  }
  events.onWords(words);
}

function sound(events: SynthesisEvents, ms: number): void {
  events.onAudio(
    Int16Array.from({ length: ms * 8 }, (_, index) => index),
    RATE,
  );
}

describe('the audio of a number that is told word by word', () => {
  it('waits until the number is told, and other audio does not', () => {
    const { events, told, samples, clock } = piece('Order 447 is here.');
    say(events, 'Order four', 0);
    sound(events, 200);
    expect(told).toEqual(['Order', '100 ms']);
    say(events, 'four', 200);
    sound(events, 100);
    expect(told).toHaveLength(2);
    say(events, 'seven is', 300);
    expect(told.slice(2)).toEqual(['447', 'is', '100 ms', '100 ms']);
    sound(events, 200);
    say(events, 'here.', 500);
    sound(events, 100);
    events.onEnd();
    expect(told.slice(6)).toEqual(['200 ms', 'here.', '100 ms', 'end']);
    expect(samples).toHaveLength(600 * 8);
    expect(clock.pending).toBe(0);
  });

  it('waits from where the next number begins when one ends', () => {
    const { events, told } = piece('At 30 43 miles.');
    say(events, 'At thirty forty', 0);
    sound(events, 300);
    expect(told).toEqual(['At', '30', '200 ms']);
    say(events, 'three miles.', 300);
    expect(told.slice(3)).toEqual(['43', 'miles.', '100 ms']);
  });

  it('waits no longer than it may', () => {
    const { events, told, clock } = piece('My order 447.');
    say(events, 'My order four', 0);
    sound(events, 300);
    clock.advance(299);
    expect(told).toEqual(['My', 'order', '200 ms']);
    clock.advance(1);
    expect(told.slice(3)).toEqual(['100 ms']);
    say(events, 'four seven.', 300);
    expect(told.slice(4)).toEqual(['447.']);
  });

  it('does not wait for a voice that tells no words', () => {
    const { events, told } = piece('Order 447 is here.');
    sound(events, 200);
    sound(events, 100);
    events.onEnd();
    expect(told).toEqual(['200 ms', '100 ms', 'end']);
  });

  it('goes on at an end without the rest of the number', () => {
    const { events, told } = piece('Order 447.');
    say(events, 'Order four', 0);
    sound(events, 200);
    events.onEnd();
    expect(told).toEqual(['Order', '100 ms', '100 ms', 'end']);
  });

  it.each(['cancelled', 'failed'])('is forgotten when the piece is %s', (how) => {
    const { events, told, clock, synthesis } = piece('Order 447.');
    say(events, 'Order four', 0);
    sound(events, 200);
    if (how === 'cancelled') synthesis.cancel();
    else events.onError(new Error('lost'));
    const before = told.length;
    say(events, 'four seven.', 200);
    events.onEnd();
    clock.advance(1_000);
    expect(told).toHaveLength(before);
    expect(clock.pending).toBe(0);
  });
});

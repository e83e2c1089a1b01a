import { describe, expect, it } from 'vitest';
import { HeldSpeech } from './held-speech.ts';

const APPEND = { type: 'append' };

function trial() {
  const sent: unknown[] = [];
  const held = new HeldSpeech(({ type }) => sent.push(type));
  const hear = (frames: number) => {
    for (let frame = 0; frame < frames; frame++) held.hear(APPEND);
  };
  const turns = () => sent.filter((type) => type !== 'append');
  return { held, hear, sent, turns };
}

const ANSWERED = ['input_audio_buffer.commit', 'response.create'];

describe('speech while a key is held', () => {
  it('is sent, and nothing else is', () => {
    const { held, hear, sent } = trial();
    hear(5);
    expect(sent).toStrictEqual([]);
    held.begin();
    hear(3);
    expect(sent).toStrictEqual(['append', 'append', 'append']);
  });

  it('is a turn to be answered 160 ms after the key is let go', () => {
    const { held, hear, turns, sent } = trial();
    held.begin();
    hear(50);
    expect(held.end()).toBe('toBeAnswered');
    hear(7);
    expect(turns()).toStrictEqual([]);
    hear(1);
    expect(turns()).toStrictEqual(ANSWERED);
    hear(5);
    expect(sent).toHaveLength(58 + 2);
  });

  it('is forgotten when it is shorter than any word', () => {
    const { held, hear, turns } = trial();
    held.begin();
    hear(9);
    expect(held.end()).toBe('tooShort');
    hear(20);
    expect(turns()).toStrictEqual(['input_audio_buffer.clear']);
  });

  it('goes on when the key is held again before its end', () => {
    const { held, hear, turns } = trial();
    held.begin();
    hear(20);
    held.end();
    hear(4);
    held.begin();
    hear(20);
    expect(turns()).toStrictEqual([]);
    held.end();
    hear(8);
    expect(turns()).toStrictEqual(ANSWERED);
  });

  it('ends without its last frames when none will come', () => {
    const { held, hear, turns } = trial();
    held.begin();
    hear(20);
    held.end();
    held.settle();
    held.settle();
    expect(turns()).toStrictEqual(ANSWERED);
  });
});

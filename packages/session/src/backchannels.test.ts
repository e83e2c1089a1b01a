import { describe, expect, it } from 'vitest';
import { heardAs } from './backchannels.ts';

describe('what words over the agent mean', () => {
  it.each(['', '  ', '…', 'i', 'It.', 'the that', 'up up', "I'm I'm"])(
    'hears nothing in "%s"',
    (text) => {
      expect(heardAs(text)).toBe('nothing');
    },
  );

  it.each([
    'uh-huh',
    'Uh-huh.',
    'mm-hmm',
    'mhm',
    'right',
    'okay',
    'Okay, right.',
    'yeah',
    'yeah yeah',
    'I see',
    'got it',
    'oh okay',
    'sounds good',
    'of course',
    'all right',
    'the mm-hmm',
  ])('hears a listener in "%s"', (text) => {
    expect(heardAs(text)).toBe('backchannel');
  });

  it.each([
    'stop',
    'no',
    'yes',
    'wait',
    'hold on',
    'okay but',
    'okay the',
    'the the okay',
    'right so what about',
    'i see but no',
    'it was',
    'that one',
    'got',
    'four four seven one',
    'yeah yeah yeah yeah yeah',
  ])('hears somebody who wants the floor in "%s"', (text) => {
    expect(heardAs(text)).toBe('floor');
  });
});

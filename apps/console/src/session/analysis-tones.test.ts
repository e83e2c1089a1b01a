import { expect, it } from 'vitest';
import { clockOf, resolutionTone, scoreTone } from './analysis-tones.ts';

it.each([
  [5, 'good'],
  [4, 'good'],
  [3.9, 'warning'],
  [3, 'warning'],
  [2.9, 'bad'],
  [1, 'bad'],
  [null, 'quiet'],
])('a score of %s is shown as %s', (score, tone) => {
  expect(scoreTone(score)).toBe(tone);
});

it.each([
  ['resolved', 'good'],
  ['partly', 'warning'],
  ['unresolved', 'bad'],
  ['unclear', 'quiet'],
] as const)('%s is shown as %s', (resolution, tone) => {
  expect(resolutionTone(resolution)).toBe(tone);
});

it('an instant is told in minutes and seconds', () => {
  expect([0, 61_900, 3_723_000].map(clockOf)).toEqual(['0:00', '1:01', '62:03']);
});

import { describe, expect, it } from 'vitest';
import { closestName, spellingAdvice } from './closest-name.ts';

describe('closestName', () => {
  it.each([
    ['covrs', 'covers'],
    ['vocie', 'voice'],
    ['Voice', 'voice'],
    ['turndetection', 'turnDetection'],
    ['banana', null],
    ['x', null],
  ])('takes %j for %j', (name, expected) => {
    expect(closestName(name, ['covers', 'voice', 'turnDetection'])).toBe(expected);
  });

  it('prefers the name with fewer differences', () => {
    expect(closestName('stage', ['stags', 'stages', 'stage1', 'stag'])).toBe('stags');
    expect(closestName('stage', ['strange', 'stages'])).toBe('stages');
  });
});

describe('spellingAdvice', () => {
  it('lists what there is when no name is close', () => {
    expect(spellingAdvice('banana', ['yes', 'no'])).toBe('Known are yes, no.');
    expect(spellingAdvice('banana', [])).toBe('There are none to choose from.');
  });
});

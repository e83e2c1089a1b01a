import type { Dialogue } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { sentencesOfDialogue, type TrainingSentence } from './training-sentences.ts';

function dialogue(examples: string[]): Dialogue {
  return {
    slots: {
      pin: { kind: 'digits', minLength: 2, maxLength: 3 },
      day: { kind: 'choice', values: ['Monday', 'next Tuesday'] },
    },
    intents: { any: { examples } },
    start: 'open',
    stages: { open: { on: {} } },
    unclear: [],
  };
}

/** Sentences as text; "#" stands where any digit may be said. */
function texts(sentences: TrainingSentence[]): string[] {
  return sentences.map(({ places }) =>
    places.map((place) => (place.length === 1 ? place[0]![0] : '#')).join(' '),
  );
}

function expand(...examples: string[]): string[] {
  return texts(sentencesOfDialogue(dialogue(examples)));
}

describe('sentencesOfDialogue', () => {
  it('writes words as they are spoken', () => {
    expect(expand("Yes, that's it!")).toEqual(["yes that's it"]);
    expect(expand('Wi-Fi — please')).toEqual(['wi fi please']);
  });

  it('writes the signs of listening in one form each', () => {
    expect(expand('uh huh', 'Uh-huh, sure', 'mhm', 'mm hmm right')).toEqual([
      'uh-huh',
      'uh-huh sure',
      'mm-hmm',
      'mm-hmm right',
    ]);
  });

  it('takes optional words in and leaves them out', () => {
    expect(expand("it's [uh] here [right now]")).toEqual([
      "it's uh here right now",
      "it's uh here",
      "it's here right now",
      "it's here",
    ]);
  });

  it('fills slots with their values and with digits of every length', () => {
    expect(expand('on {day}')).toEqual(['on monday', 'on next tuesday']);
    expect(expand('{pin} please')).toEqual(['# # please', '# # # please']);
    expect(expand('now [or on {day}]')).toEqual([
      'now or on monday',
      'now or on next tuesday',
      'now',
    ]);
  });

  it('expects zero under both of its names, half as often each', () => {
    const [sentence] = sentencesOfDialogue(dialogue(['{pin}']));
    const shares = new Map(sentence!.places[0]);
    expect([...shares.keys()].toSorted()).toEqual(
      'eight five four nine oh one seven six three two zero'.split(' '),
    );
    expect(shares.get('oh')).toBe(shares.get('seven')! / 2);
  });

  it('gives every example the same weight in all', () => {
    const sentences = sentencesOfDialogue(dialogue(['[a] [b] [c] d', 'yes']));
    const weight = (first: boolean): number =>
      sentences
        .filter((_, index) => index < sentences.length - 1 === first)
        .reduce((sum, sentence) => sum + sentence.weight, 0);
    expect(weight(true)).toBeCloseTo(weight(false), 9);
  });

  it('keeps the number of sentences of one example in bounds', () => {
    const example = Array.from({ length: 20 }, (_, index) => `[w${'x'.repeat(index)}]`).join(' ');
    expect(expand(`start ${example}`).length).toBeLessThanOrEqual(256);
  });

  it.each([
    ['order 4471', '"4471"'],
    ['{nothing} here', '{nothing}'],
    ['pay by @home', '"@home"'],
  ])('refuses "%s" and names what is wrong', (example, named) => {
    expect(() => expand(example)).toThrow(
      expect.objectContaining({
        code: 'unusable_vocabulary',
        message: expect.stringContaining(named) as string,
      }),
    );
  });

  it('refuses a dialogue in which callers say nothing', () => {
    expect(() => expand()).toThrow(expect.objectContaining({ code: 'unusable_vocabulary' }));
  });
});

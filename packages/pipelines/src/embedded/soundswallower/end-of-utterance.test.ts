import { readFileSync } from 'node:fs';
import type { Dialogue } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { endOfUtteranceAfter, learnEndings } from './end-of-utterance.ts';
import { everydaySentences } from './everyday-phrases.ts';
import { sentencesOfDialogue } from './training-sentences.ts';

const DIALOGUE: Dialogue = {
  slots: { order: { kind: 'digits', minLength: 4, maxLength: 5 } },
  intents: {
    number: { examples: ["it's [uh] {order}", 'my order number is {order}'] },
    change: { examples: ['can you cancel that one', 'cancel that one and reorder it'] },
    where: { examples: ['where is my package', 'where is my package now'] },
    yes: { examples: ['yes', 'yes please'] },
  },
  start: 'open',
  stages: { open: { on: {} } },
  unclear: ['Sorry?'],
};

const scripted = sentencesOfDialogue(DIALOGUE);
const model = learnEndings([...scripted, ...everydaySentences(scripted)]);

function score(text: string): number | undefined {
  return endOfUtteranceAfter(text.split(' ').filter(Boolean), model);
}

describe('endOfUtteranceAfter', () => {
  it.each([
    'yes please',
    'where is my package now',
    'can you cancel that one',
    'my order number is five five one two nine',
    "it's four uh four seven one",
    'uh-huh',
    'mm-hmm',
    'okay',
  ])('takes %j for whole', (text) => {
    expect(score(text)).toBeGreaterThan(0.5);
    expect(score(text)).toBeLessThanOrEqual(1);
  });

  it.each([
    'where is',
    'can you',
    'my order number is',
    "it's four four seven",
    'cancel that one and',
    'wait',
    'actually',
    'where is my package wait',
  ])('takes %j for unfinished', (text) => {
    expect(score(text)).toBeLessThan(0.5);
    expect(score(text)).toBeGreaterThanOrEqual(0);
  });

  it('is nothing after a hesitation, whatever came before', () => {
    expect(score('yes please uh')).toBe(0);
  });

  it('cannot tell without words', () => {
    expect(score('')).toBeUndefined();
  });

  it('is about even after a word that it does not know', () => {
    expect(score('zanzibar')).toBeGreaterThan(0.2);
    expect(score('zanzibar')).toBeLessThan(0.8);
  });
});

/** What callers of acme-support say, few of it word for word in its script. */
const UTTERANCES = [
  'i want to check on an order i placed last week',
  "it's uh four four seven one",
  'wait can you cancel that one and reorder it with overnight shipping',
  'no wait the other one',
  'hi i need help with my account',
  'my order number is five five one two nine',
  "i'd like to speak to a human agent",
  'where is my package',
  'it was supposed to arrive on tuesday',
  'i was charged twice for the same item',
  'can i get a refund on that',
  'please send it to my work address instead',
  'how much does overnight shipping cost',
  'okay that sounds good thank you',
  "no i don't have the tracking number",
  'change the delivery date to next friday',
  'could you check an order for me please',
  'order number five five one two nine please',
  "i'm still waiting for my order",
  'can you say that again please',
];

describe('endOfUtteranceAfter, taught by the acme-support dialogue', () => {
  const url = new URL(
    '../../../../../apps/server/agents/acme-support/dialogue.yaml',
    import.meta.url,
  );
  const sentences = sentencesOfDialogue(parse(readFileSync(url, 'utf8')) as Dialogue);
  const acme = learnEndings([...sentences, ...everydaySentences(sentences)]);

  it('takes nine of ten utterances for whole, and at most one in seven of their beginnings', () => {
    const whole: number[] = [];
    const begun: number[] = [];
    for (const utterance of UTTERANCES) {
      const words = utterance.split(' ');
      for (let length = 1; length < words.length; length++) {
        begun.push(endOfUtteranceAfter(words.slice(0, length), acme)!);
      }
      whole.push(endOfUtteranceAfter(words, acme)!);
    }
    const share = (scores: readonly number[]) =>
      scores.filter((likelihood) => likelihood > 0.5).length / scores.length;
    process.stdout.write(
      `taken for whole: ${(100 * share(whole)).toFixed(0)} % of utterances, ` +
        `${(100 * share(begun)).toFixed(0)} % of ${begun.length} beginnings\n`,
    );
    expect(share(whole)).toBeGreaterThanOrEqual(0.9);
    expect(share(begun)).toBeLessThanOrEqual(1 / 7);
  });
});

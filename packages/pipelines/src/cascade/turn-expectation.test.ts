import type { ConversationItem } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import type { Expectation, LanguageModel } from './ports/language-model.ts';
import { TurnExpectation } from './turn-expectation.ts';

/** The recogniser's own score, told apart from every other. */
const SCORE = 0.61;

const ORDER: Expectation = { kind: 'digits', minLength: 4, maxLength: 5 };

function message(speaker: 'agent' | 'caller', text: string): ConversationItem {
  const rest = { medium: 'audio', status: 'completed', audioMs: 1000 } as const;
  return { kind: 'message', id: `${speaker} ${text}`, speaker, text, ...rest };
}

function model(expects?: LanguageModel['expects']): LanguageModel {
  return {
    name: 'model',
    async *answer() {},
    ...(expects && { expects }),
  };
}

function turn(
  expected: Expectation | null,
  history: readonly ConversationItem[] = [],
): (text: string) => number | undefined {
  const languageModel = model(() => expected);
  const expectation = new TurnExpectation({ languageModel, history: () => history });
  return (text) => expectation.endOfTurn({ text, endOfUtterance: SCORE });
}

describe('how likely a turn is over when a number of four or five digits is expected', () => {
  const endOfTurn = turn(ORDER);

  it('is nothing until the fourth digit, whatever stands between', () => {
    for (const text of [
      "it's uh",
      "it's uh four",
      'it is four um four',
      'four four seven',
      '447',
    ]) {
      expect(endOfTurn(text), text).toBe(0);
    }
  });

  it('is nothing after the words before a number, as long as they are all there is', () => {
    const fresh = turn(ORDER);
    for (const text of ["it's", 'it is the', "it's that", 'my order number is', 'is', '']) {
      expect(fresh(text), text).toBe(0);
    }
    expect(fresh("it's late")).toBe(SCORE);
    expect(fresh('')).toBe(SCORE);
  });

  it('is more than half after the fourth digit and certain after the fifth', () => {
    for (const text of ["it's uh four four seven one", '4471', 'double four seven one please']) {
      expect(endOfTurn(text), text).toBe(0.8);
    }
    expect(endOfTurn('my order number is five five one two nine')).toBe(1);
    expect(endOfTurn('55129, thank you.')).toBe(1);
  });

  it('is nothing again when the caller hesitates or begins to correct it', () => {
    expect(endOfTurn('four four seven one uh')).toBe(0);
    expect(endOfTurn('four four seven one no four four')).toBe(0);
    expect(endOfTurn('four four seven one no four four one seven')).toBe(0.8);
  });

  it('is nothing while a word or two stand after a part of the number', () => {
    for (const text of ['four four hold on', 'it is four four seven that']) {
      expect(endOfTurn(text), text).toBe(0);
    }
  });

  it('is nothing while a number is too long to be one', () => {
    expect(endOfTurn('four four seven one four four')).toBe(0);
    expect(endOfTurn('four four seven one four four seven one')).toBe(0.8);
  });

  it.each([
    'where is my package',
    'wait can you cancel that one',
    'one moment please',
    'four four wait let me see',
    'four four seven one is what it says here',
    '',
  ])('is what the words say in %j', (text) => {
    expect(turn(ORDER)(text)).toBe(SCORE);
  });

  it('counts digits of turns that nobody answered', () => {
    const asked = message('agent', 'What is the order number?');
    const begun = [asked, message('caller', "it's uh four"), message('agent', '')];
    const joined = turn(ORDER, begun);
    expect(joined('four seven')).toBe(0);
    expect(joined('four seven one')).toBe(0.8);
    expect(turn(ORDER, [...begun, message('agent', 'Sorry?')])('four seven one')).toBe(0);
    const again = turn(ORDER, [asked, message('caller', 'five five one')]);
    expect(again('five five one two nine')).toBe(1);
  });
});

describe('how likely a turn is over otherwise', () => {
  it('is what the words say where nothing is expected, even of digits', () => {
    const endOfTurn = turn(null);
    expect(endOfTurn('four four')).toBe(SCORE);
    expect(endOfTurn('where is it')).toBe(SCORE);
  });

  it('is nothing after a hesitation, and unknown where the recogniser cannot tell', () => {
    const expectation = new TurnExpectation({ languageModel: model(), history: () => [] });
    expect(expectation.endOfTurn({ text: 'I want, um...' })).toBe(0);
    expect(expectation.endOfTurn({ text: 'drum' })).toBeUndefined();
  });

  it('follows the last question of a model that does not tell what it expects', () => {
    const history = [message('agent', 'What is your account number?')];
    const expectation = new TurnExpectation({ languageModel: model(), history: () => history });
    expect(expectation.endOfTurn({ text: 'two one', endOfUtterance: SCORE })).toBe(0);
    expect(expectation.endOfTurn({ text: 'two one three', endOfUtterance: SCORE })).toBe(SCORE);
    expect(expectation.endOfTurn({ text: 'two one three' })).toBeUndefined();
  });

  it('counts digits of an earlier turn whose transcript comes during this one', () => {
    const asked = message('agent', 'What is the order number?');
    const items = [asked, message('caller', '')];
    const languageModel = model(() => ORDER);
    const expectation = new TurnExpectation({ languageModel, history: () => items });
    expect(expectation.endOfTurn({ text: 'seven one' })).toBe(0);
    items[1] = message('caller', 'four four');
    expect(expectation.endOfTurn({ text: 'seven one' })).toBe(0.8);
  });

  it('expects no number of a question that turns out not to have been heard', () => {
    const items = [message('agent', 'Thank you. What is your account number?')];
    const expectation = new TurnExpectation({ languageModel: model(), history: () => items });
    expect(expectation.endOfTurn({ text: 'two one', endOfUtterance: SCORE })).toBe(0);
    items[0] = message('agent', 'Thank you.');
    expect(expectation.endOfTurn({ text: 'two one', endOfUtterance: SCORE })).toBe(SCORE);
  });

  it('asks the model once of a conversation, and not before the caller begins a number', () => {
    const asked: number[] = [];
    const languageModel = model((history) => {
      asked.push(history.length);
      return ORDER;
    });
    const items: ConversationItem[] = [];
    const expectation = new TurnExpectation({ languageModel, history: () => items });
    expectation.endOfTurn({ text: 'well' });
    expect(asked).toEqual([]);
    expectation.endOfTurn({ text: "it's four" });
    expectation.endOfTurn({ text: "it's four four" });
    expect(asked).toEqual([0]);
    items.push(message('agent', 'What is the order number?'));
    expectation.endOfTurn({ text: "it's four four four" });
    expect(asked).toEqual([0, 1]);
  });
});

import { describe, expect, it } from 'vitest';
import { jsonIn, readAnswer } from './analyst-answer.ts';
import { rubricSchema } from './rubric/rubric.ts';
import { goodAnswer } from './testing/local-analyst-server.ts';

const rubric = rubricSchema.parse({
  name: 'two',
  dimensions: [
    { id: 'warmth', asks: 'Was it warm?', weight: 3 },
    { id: 'speed', asks: 'Was it quick?' },
  ],
});
const call = { rubric, callMs: 61_500 };
const score = (dimension: string, given: number | null, at: string | null = null) => ({
  dimension,
  score: given,
  reason: 'because',
  moments: [{ at, quote: 'w1' }],
});
const answer = (...scores: unknown[]) => ({ ...goodAnswer([]), scores });

describe('an answer', () => {
  it('is weighed, in the order of the rubric', () => {
    const { overall, scores } = readAnswer(answer(score('speed', 1), score('warmth', 4)), call);
    expect(scores.map(({ dimension, score: given }) => [dimension, given])).toEqual([
      ['warmth', 4],
      ['speed', 1],
    ]);
    // (3 × 4 + 1) / 4
    expect(overall).toBe(3.3);
  });

  it('counts only what could be judged', () => {
    expect(readAnswer(answer(score('warmth', null), score('speed', 2)), call).overall).toBe(2);
    const nothing = answer(score('warmth', null), score('speed', null));
    expect(readAnswer(nothing, call).overall).toBeNull();
  });

  it('names no instant that the call does not have', () => {
    const instantOf = (at: string) =>
      readAnswer(answer(score('warmth', 1, at), score('speed', 1)), call).scores[0]?.moments[0]
        ?.atMs;
    expect(instantOf('0:30')).toBe(30_000);
    expect(instantOf('1:02')).toBe(61_500);
    expect(instantOf('1:10')).toBeNull();
    expect(instantOf('at the end')).toBeNull();
  });

  it.each([
    [answer(score('warmth', 4)), "it scores 'speed' 0 times"],
    [answer(score('warmth', 4), score('warmth', 4), score('speed', 1)), "'warmth' 2 times"],
    [answer(score('warmth', 4), score('speed', 1), score('w1', 1)), 'what the rubric does not ask'],
    [answer(score('warmth', 9), score('speed', 1)), "'scores.0.score'"],
    [answer(score('warmth', 4.5), score('speed', 1)), "'scores.0.score'"],
    [{ ...answer(), summary: ' ' }, "'summary': is empty"],
    [{ ...answer(), resolution: 'fine' }, "'resolution'"],
    [[], "''"],
    [null, "''"],
  ])('that is none is refused, without its words: %#', (given, told) => {
    const read = () => readAnswer(given, call);
    expect(read).toThrow(told);
    expect(read).toThrow(/^(?!.*w1)The answer of the model is no analysis/u);
  });

  it('is found in what a model puts around it', () => {
    expect(jsonIn('Here it is:\n```json\n{"a": {"b": 1}}\n```')).toEqual({ a: { b: 1 } });
    for (const text of ['', 'w1', '{"a": ', '} {'])
      expect(() => jsonIn(text)).toThrow('it is no JSON');
  });
});

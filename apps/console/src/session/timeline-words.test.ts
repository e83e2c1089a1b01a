import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOutWords, MOST_ROWS } from './timeline-words.ts';
import type { WordsBox } from './timeline-words.ts';

const LENGTH_MS = 10_000;

const linesAt = (instants: readonly number[]) =>
  instants.map((atMs, index) => ({
    itemId: `i${index}`,
    speaker: 'agent' as const,
    atMs,
    text: `line ${index}`,
    unheard: '',
    isOpen: false,
  }));

const laidOut = (...instants: number[]) =>
  layOutWords(linesAt(instants), LENGTH_MS).map(({ lines, atMs, toMs, row, rows }) => ({
    of: lines.map(({ itemId }) => itemId).join(' '),
    where: `${atMs} to ${toMs}, ${row} of ${rows}`,
  }));

/** Whether two boxes have room in common. */
const overlap = (one: WordsBox, other: WordsBox) =>
  one.atMs < other.toMs &&
  other.atMs < one.toMs &&
  one.row / one.rows < (other.row + 1) / other.rows &&
  other.row / other.rows < (one.row + 1) / one.rows;

describe('words on the timeline', () => {
  it('have room until the next are said, or until the end', () => {
    expect(laidOut(0, 3_000)).toEqual([
      { of: 'i0', where: '0 to 3000, 0 of 1' },
      { of: 'i1', where: '3000 to 10000, 0 of 1' },
    ]);
  });

  it('that begin at one instant, or nearly, stand one below the other', () => {
    expect(laidOut(0, 1_000, 1_000, 5_000, 5_399, 9_000)).toEqual([
      { of: 'i0', where: '0 to 1000, 0 of 1' },
      { of: 'i1', where: '1000 to 5000, 0 of 2' },
      { of: 'i2', where: '1000 to 5000, 1 of 2' },
      { of: 'i3', where: '5000 to 9000, 0 of 2' },
      { of: 'i4', where: '5399 to 9000, 1 of 2' },
      { of: 'i5', where: '9000 to 10000, 0 of 1' },
    ]);
  });

  it('have some room at the very end', () => {
    expect(laidOut(9_990)).toEqual([{ of: 'i0', where: '9990 to 10390, 0 of 1' }]);
  });

  it('go on in the last row where there are too many', () => {
    expect(laidOut(0, 0, 0, 0, 100)).toEqual([
      { of: 'i0', where: '0 to 10000, 0 of 3' },
      { of: 'i1', where: '0 to 10000, 1 of 3' },
      { of: 'i2 i3 i4', where: '0 to 10000, 2 of 3' },
    ]);
  });

  it('never overlap, and none is left out', () => {
    const instants = fc.array(fc.integer({ min: 0, max: LENGTH_MS }), { maxLength: 30 });
    fc.assert(
      fc.property(instants, (drawn) => {
        const lines = linesAt(drawn.toSorted((a, b) => a - b));
        const boxes = layOutWords(lines, LENGTH_MS);
        expect(boxes.flatMap((box) => box.lines)).toEqual(lines);
        for (const [index, box] of boxes.entries()) {
          expect(box.rows).toBeLessThanOrEqual(MOST_ROWS);
          expect(boxes.slice(index + 1).filter((other) => overlap(box, other))).toEqual([]);
        }
      }),
    );
  });
});

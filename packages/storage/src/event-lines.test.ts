import { expect, it } from 'vitest';
import { EventLines } from './event-lines.ts';
import { SampleBlocks } from './sample-blocks.ts';

/** Lines in pieces of 200 bytes, and a way to take all of them. */
function waiting() {
  const lines = new EventLines(new SampleBlocks(100));
  const taken = () => {
    let text = Buffer.alloc(0);
    for (let bytes = lines.peek(); bytes; bytes = lines.peek()) {
      text = Buffer.concat([text, bytes]);
      lines.take(bytes.length);
    }
    return text.toString();
  };
  return { lines, taken };
}

it('keeps objects of any length and script, in order', () => {
  const { lines, taken } = waiting();
  const added = Array.from({ length: 60 }, (_, index) => ({ index, text: 'añ語😀'.repeat(index) }));
  for (const event of added) expect(lines.add(event)).toBe(0);
  expect(taken()).toBe(added.map((event) => `${JSON.stringify(event)}\n`).join(''));
  expect(lines.isEmpty).toBe(true);
});

it('takes lines that are added while the first are written', () => {
  const { lines, taken } = waiting();
  lines.add(['first']);
  const bytes = lines.peek()!;
  lines.add(['second']);
  expect(Buffer.from(bytes).toString()).toBe('["first"]\n');
  lines.take(bytes.length);
  expect(taken()).toBe('["second"]\n');
});

it('holds 512 KiB, and tells the bytes of each line that has no room and of all it drops', () => {
  const { lines, taken } = waiting();
  // Of 999 bytes.
  const line = ['ñ'.repeat(497)];
  let kept = 0;
  while (lines.add(line) === 0) kept += 1;
  expect(kept).toBe(Math.floor(524_288 / 999));
  expect(lines.add(line)).toBe(999);
  expect(lines.add([1])).toBe(0);
  expect(lines.clear()).toBe(kept * 999 + 4);
  expect([lines.isEmpty, taken()]).toEqual([true, '']);
});

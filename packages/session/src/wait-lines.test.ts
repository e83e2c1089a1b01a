import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextWaitLine } from './wait-lines.ts';
import type { Wait } from './wait-lines.ts';

const WAIT: Wait = {
  toolCovers: [[]],
  agentCovers: ['Let me check.', 'Checking now.', 'One moment.'],
  progress: ['Still checking.', 'Almost there.'],
  callCount: 0,
  spokenCount: 0,
  lastLine: null,
};

describe('the line said in a wait', () => {
  it('is a cover of the tool before one of the agent', () => {
    expect(nextWaitLine(WAIT)).toBe('Let me check.');
    expect(nextWaitLine({ ...WAIT, toolCovers: [['Looking.']] })).toBe('Looking.');
  });

  it('is one for all calls that run at the same time', () => {
    const calls = { ...WAIT, toolCovers: [[], ['Looking.'], ['Searching.']] };
    expect(nextWaitLine(calls)).toBe('Looking.');
    expect(nextWaitLine({ ...calls, spokenCount: 1, lastLine: 'Looking.' })).toBe('Almost there.');
  });

  it('differs from call to call', () => {
    const lines = [0, 1, 2, 3].map((callCount) => nextWaitLine({ ...WAIT, callCount }));
    expect(lines).toEqual(['Let me check.', 'Checking now.', 'One moment.', 'Let me check.']);
  });

  it('is one of progress after the cover', () => {
    const spoken: string[] = [];
    for (let spokenCount = 0; spokenCount < 4; spokenCount++) {
      spoken.push(nextWaitLine({ ...WAIT, spokenCount, lastLine: spoken.at(-1) ?? null })!);
    }
    expect(spoken).toEqual(['Let me check.', 'Almost there.', 'Still checking.', 'Almost there.']);
  });

  it('is not the one before, however that was written', () => {
    expect(nextWaitLine({ ...WAIT, lastLine: 'let me check' })).toBe('Checking now.');
    expect(nextWaitLine({ ...WAIT, lastLine: 'Let me check…' })).toBe('Checking now.');
  });

  it('is said again where there is no other', () => {
    expect(nextWaitLine({ ...WAIT, agentCovers: ['Hm.'], lastLine: 'Hm.' })).toBe('Hm.');
  });

  it('is of the other kind where one has none, and nothing where both have none', () => {
    expect(nextWaitLine({ ...WAIT, agentCovers: [] })).toBe('Still checking.');
    expect(nextWaitLine({ ...WAIT, progress: [], spokenCount: 1, lastLine: 'Checking now.' })).toBe(
      'One moment.',
    );
    expect(nextWaitLine({ ...WAIT, agentCovers: [], progress: [] })).toBeNull();
  });

  it('is never said twice in a row over a whole conversation', () => {
    const covers = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 2 });
    const waits = fc.array(
      fc.record({ own: fc.option(covers, { nil: [] }), lines: fc.integer({ min: 1, max: 6 }) }),
    );
    fc.assert(
      fc.property(covers, covers, waits, (agentCovers, progress, calls) => {
        let lastLine: string | null = null;
        for (const [callCount, { own, lines }] of calls.entries()) {
          for (let spokenCount = 0; spokenCount < lines; spokenCount++) {
            const line: string | null = nextWaitLine({
              toolCovers: [own],
              agentCovers,
              progress,
              callCount,
              spokenCount,
              lastLine,
            });
            expect(line).not.toBeNull();
            expect(line).not.toBe(lastLine);
            lastLine = line;
          }
        }
      }),
    );
  });
});

import { endingWords } from '@antiphon/observability/session-endings';
import type { SessionEnding } from '@antiphon/observability/session-endings';
import { describe, expect, it } from 'vitest';
import { METRIC_VALUES } from '../testing/metric-values.ts';

const ENDINGS: readonly SessionEnding[] = [...METRIC_VALUES.endReasons, 'crashed'];

describe('how a session ended', () => {
  it.each(ENDINGS)('has words of its own for operators, and some for the caller: %s', (ending) => {
    const words = endingWords(ending);
    expect(words).toMatch(/^[a-z]+( [a-z]+)+$/u);
    expect(ENDINGS.filter((other) => endingWords(other) === words)).toEqual([ending]);
    expect(endingWords(ending, 'toCaller')).toMatch(/^[a-z]+( [a-z]+)+$/u);
  });

  it('is in words where it is of another version', () => {
    expect(endingWords('lineWentDead')).toBe('line went dead');
    expect(endingWords('constructor')).toBe('constructor');
  });
});

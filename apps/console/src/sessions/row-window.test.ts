import { describe, expect, it } from 'vitest';
import { rowWindow } from './row-window.ts';

const place = { top: 200, screenHeight: 800, rowHeight: 40, rows: 200 };

describe('the rows that are drawn', () => {
  it('are those that can be seen, and some around them', () => {
    expect(rowWindow(place)).toEqual({ from: 0, to: 30 });
    expect(rowWindow({ ...place, top: -4000 })).toEqual({ from: 85, to: 135 });
  });

  it('end with the table', () => {
    expect(rowWindow({ ...place, top: -7600 })).toEqual({ from: 175, to: 200 });
    expect(rowWindow({ ...place, rows: 12 })).toEqual({ from: 0, to: 12 });
    expect(rowWindow({ ...place, rows: 0 })).toEqual({ from: 0, to: 0 });
    expect(rowWindow({ ...place, top: -90_000 })).toEqual({ from: 200, to: 200 });
  });
});

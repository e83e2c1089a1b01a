import { useEffect, useLayoutEffect, useState } from 'react';
import type { RefObject } from 'react';
import { onceAFrame } from '../feed/once-a-frame.ts';
import { rowWindow } from './row-window.ts';
import type { RowWindow } from './row-window.ts';

/** The height of a row in `table.css`, in pixels. */
export const ROW_PX = 38;

/** Which rows of a table are drawn, as the page is scrolled. */
export function useRowWindow(
  body: RefObject<HTMLTableSectionElement | null>,
  rows: number,
): RowWindow {
  const [drawn, setDrawn] = useState<RowWindow>({ from: 0, to: 0 });

  useLayoutEffect(() => {
    if (body.current !== null) setDrawn((known) => moved(known, body.current, rows));
  }, [body, rows]);

  useEffect(() => {
    const move = onceAFrame(() => setDrawn((known) => moved(known, body.current, rows)));
    addEventListener('scroll', move, { passive: true });
    addEventListener('resize', move);
    return () => {
      removeEventListener('scroll', move);
      removeEventListener('resize', move);
    };
  }, [body, rows]);

  return drawn;
}

/** The same object when nothing moved, which then is not drawn again. */
function moved(known: RowWindow, body: HTMLElement | null, rows: number): RowWindow {
  if (body === null) return known;
  const { top } = body.getBoundingClientRect();
  const next = rowWindow({ top, screenHeight: innerHeight, rowHeight: ROW_PX, rows });
  return next.from === known.from && next.to === known.to ? known : next;
}

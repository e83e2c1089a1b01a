import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Whoever is nearer to the end than this wants to see what comes. */
const AT_END_PX = 80;

/** What is drawn beyond what is seen, at each side. */
const BEYOND_PX = 600;

/** The part of a timeline that is drawn, in pixels from its beginning. */
export interface TimelineWindow {
  readonly fromPx: number;
  readonly toPx: number;
}

/**
 * Follows what of a timeline is seen, so that only that is drawn, and keeps its end in sight while
 * it grows, where whoever looks at it was at its end.
 */
export function useTimelineWindow(widthPx: number, isGrowing: boolean) {
  const scroll = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [shown, setShown] = useState<TimelineWindow>({ fromPx: 0, toPx: 2_000 });

  const see = useCallback(() => {
    const element = scroll.current;
    if (!element) return;
    const { scrollLeft, clientWidth } = element;
    const fromPx = Math.max(0, scrollLeft - BEYOND_PX);
    const toPx = scrollLeft + clientWidth + BEYOND_PX;
    setShown((before) =>
      // Moving within what is drawn draws nothing anew.
      scrollLeft >= before.fromPx &&
      scrollLeft + clientWidth <= before.toPx &&
      before.toPx - before.fromPx <= toPx - fromPx + BEYOND_PX
        ? before
        : { fromPx, toPx },
    );
  }, []);

  const onScroll = useCallback(() => {
    const element = scroll.current;
    if (!element) return;
    const { scrollLeft, clientWidth, scrollWidth } = element;
    isAtEnd.current = scrollLeft + clientWidth >= scrollWidth - AT_END_PX;
    see();
  }, [see]);

  useLayoutEffect(() => {
    const element = scroll.current;
    if (element && isGrowing && isAtEnd.current) element.scrollLeft = element.scrollWidth;
    see();
  }, [widthPx, isGrowing, see]);

  useEffect(() => {
    const element = scroll.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(see);
    observer.observe(element);
    return () => observer.disconnect();
  }, [see]);

  return { scroll, onScroll, shown };
}

/** Scrolls so far that a place, and so much after it, is in sight. */
export function keepInSight(scroll: HTMLElement, atPx: number, afterPx = AT_END_PX): void {
  const { scrollLeft, clientWidth } = scroll;
  if (atPx >= scrollLeft && atPx <= scrollLeft + clientWidth - afterPx) return;
  scroll.scrollLeft = Math.max(0, atPx - clientWidth / 4);
}

/** Whether a stretch of the axis is in the part that is drawn. */
export function isWithin(
  { fromPx, toPx }: TimelineWindow,
  startPx: number,
  endPx: number,
): boolean {
  return endPx >= fromPx && startPx <= toPx;
}

/** Where it is on the axis, and how wide; seen however short it is. */
export function placed(fromMs: number, toMs: number, pxPerMs: number) {
  return { left: fromMs * pxPerMs, width: Math.max(2, (toMs - fromMs) * pxPerMs) };
}

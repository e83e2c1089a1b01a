import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import { markAfter } from './timeline-marks.ts';
import type { TimelineMark } from './timeline-marks.ts';
import { keepInSight } from './use-timeline-window.ts';
import './timeline-marks.css';

/** As wide as what is told of a mark may be, and a little more. */
const TOLD_PX = 370;

/**
 * The marks of a timeline over its lanes. They are one stop of the keyboard, from which the arrow
 * keys lead from mark to mark in the order of time; to choose one chooses its instant.
 */
export function TimelineMarkLayer({
  marks,
  pxPerMs,
  isDrawn,
  onPick,
}: {
  readonly marks: readonly TimelineMark[];
  readonly pxPerMs: number;
  /** Whether something is in the part that is drawn. */
  readonly isDrawn: (fromMs: number, toMs: number) => boolean;
  readonly onPick: (atMs: number) => void;
}) {
  const [currentKey, setCurrentKey] = useState<string | null>(null);
  const [isFocused, setFocused] = useState(false);
  const layer = useRef<HTMLDivElement>(null);
  const hasMoved = useRef(false);
  const drawn = marks.filter(
    ({ key, atMs, toMs }) => key === currentKey || isDrawn(atMs, toMs ?? atMs),
  );
  const current = drawn.find(({ key }) => key === currentKey) ?? drawn[0];

  useEffect(() => {
    if (!hasMoved.current) return;
    hasMoved.current = false;
    const element = layer.current?.querySelector<HTMLElement>('[tabindex="0"]');
    const scroll = element?.closest<HTMLElement>('.timeline-scroll');
    if (element && scroll) keepInSight(scroll, element.offsetLeft, TOLD_PX);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [currentKey]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || current === undefined) return;
    const next = markAfter(marks, current.key, event.key);
    if (next === null) return;
    event.preventDefault();
    hasMoved.current = next.key !== currentKey;
    setCurrentKey(next.key);
  };
  return (
    <div
      ref={layer}
      className="timeline-marks"
      role="group"
      aria-label="Marks"
      onKeyDown={onKeyDown}
      onBlur={() => setFocused(false)}
    >
      {drawn.map((mark) => (
        <Mark
          key={mark.key}
          mark={mark}
          pxPerMs={pxPerMs}
          isStop={mark === current}
          onFocus={() => {
            setCurrentKey(mark.key);
            setFocused(true);
          }}
          onPick={onPick}
        />
      ))}
      {isFocused && current !== undefined ? <Told mark={current} pxPerMs={pxPerMs} /> : null}
    </div>
  );
}

function Mark({
  mark: { kind, atMs, toMs, what, look, tool },
  pxPerMs,
  isStop,
  onFocus,
  onPick,
}: {
  readonly mark: TimelineMark;
  readonly pxPerMs: number;
  readonly isStop: boolean;
  readonly onFocus: () => void;
  readonly onPick: (atMs: number) => void;
}) {
  const onClick = (event: MouseEvent) => {
    // On what lasts, the pointer chooses the instant that is under it.
    if (toMs !== null && event.detail > 0) return;
    event.stopPropagation();
    onPick(atMs);
  };
  return (
    <button
      type="button"
      className={kind}
      data-look={look}
      tabIndex={isStop ? 0 : -1}
      title={what}
      aria-label={`${what}, at ${inSeconds(atMs)}`}
      style={{
        left: atMs * pxPerMs,
        ...(toMs === null ? {} : { width: Math.max(2, (toMs - atMs) * pxPerMs) }),
        ...(tool === null ? {} : { '--row': tool.row, '--rows': tool.rows }),
      }}
      onFocus={onFocus}
      onClick={onClick}
    >
      {kind === 'tool-bar' ? tool?.name : null}
    </button>
  );
}

/** What the focused mark is, for those who see it and do not point at it. */
function Told({ mark, pxPerMs }: { readonly mark: TimelineMark; readonly pxPerMs: number }) {
  return (
    <span
      className="mark-told"
      aria-hidden="true"
      style={{ left: `max(0px, min(${mark.atMs * pxPerMs}px, 100% - ${TOLD_PX}px))` }}
    >
      {inSeconds(mark.atMs)} · {mark.what}
    </span>
  );
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

import { memo } from 'react';
import type { Line } from './timeline-model.ts';

/** What was said, in its order; a line is heard again when it is chosen. */
export function Transcript({
  lines,
  atMs,
  onPick,
}: {
  readonly lines: readonly Line[];
  readonly atMs: number | null;
  readonly onPick: (atMs: number) => void;
}) {
  const shown = atMs === null ? null : lines.findLast((line) => line.atMs <= atMs);
  return (
    <ol className="transcript">
      {lines.map((line) => (
        <SaidLine key={line.itemId} line={line} isShown={line === shown} onPick={onPick} />
      ))}
    </ol>
  );
}

interface SaidLineProps {
  readonly line: Line;
  readonly isShown: boolean;
  readonly onPick: (atMs: number) => void;
}

/** Lines are made anew with every event of the session; those that say the same are not drawn anew. */
const SaidLine = memo(
  function SaidLine({ line, isShown, onPick }: SaidLineProps) {
    const { speaker, atMs, text, unheard, isOpen } = line;
    return (
      <li data-speaker={speaker} data-shown={isShown || undefined}>
        <button type="button" onClick={() => onPick(atMs)}>
          <span className="quiet number">{(atMs / 1000).toFixed(1)} s</span>
          <span className="speaker">{speaker}</span>
          <span className={isOpen ? 'quiet' : undefined}>
            {text} {unheard === '' ? null : <s title="not heard">{unheard}</s>}
          </span>
        </button>
      </li>
    );
  },
  (before, after) =>
    before.isShown === after.isShown &&
    before.onPick === after.onPick &&
    isSame(before.line, after.line),
);

function isSame(a: Line, b: Line): boolean {
  return (
    a === b ||
    (a.speaker === b.speaker &&
      a.atMs === b.atMs &&
      a.text === b.text &&
      a.unheard === b.unheard &&
      a.isOpen === b.isOpen)
  );
}

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
        <li key={line.itemId} data-speaker={line.speaker} data-shown={line === shown || undefined}>
          <button type="button" onClick={() => onPick(line.atMs)}>
            <span className="quiet number">{(line.atMs / 1000).toFixed(1)} s</span>
            <span className="speaker">{line.speaker}</span>
            <span className={line.isOpen ? 'quiet' : undefined}>
              {line.text} {line.unheard === '' ? null : <s title="not heard">{line.unheard}</s>}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

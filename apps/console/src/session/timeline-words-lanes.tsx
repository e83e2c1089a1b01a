import { useMemo } from 'react';
import type { Timeline } from './timeline-model.ts';
import { layOutWords } from './timeline-words.ts';
import type { WordsBox } from './timeline-words.ts';
import { isWithin, placed } from './use-timeline-window.ts';
import type { TimelineWindow } from './use-timeline-window.ts';

/** Words that have less room than this, or share its height, are cut off in their first line. */
const NARROW_PX = 60;

/** What each side said, with those words struck that were not heard. */
export function Words({
  timeline,
  pxPerMs,
  shown,
}: {
  readonly timeline: Timeline;
  readonly pxPerMs: number;
  readonly shown: TimelineWindow;
}) {
  const { lines, lengthMs } = timeline;
  const boxes = useMemo(() => {
    const of = (speaker: 'caller' | 'agent') =>
      layOutWords(
        lines.filter((line) => line.speaker === speaker),
        lengthMs,
      );
    return { caller: of('caller'), agent: of('agent') };
  }, [lines, lengthMs]);
  return (['caller', 'agent'] as const).map((speaker) => (
    <div className="lane words" key={speaker}>
      {boxes[speaker]
        .filter(({ atMs, toMs }) => isWithin(shown, atMs * pxPerMs, toMs * pxPerMs))
        .map((box) => (
          <Said key={box.lines[0]!.itemId} box={box} pxPerMs={pxPerMs} />
        ))}
    </div>
  ));
}

function Said({ box, pxPerMs }: { readonly box: WordsBox; readonly pxPerMs: number }) {
  const { lines, atMs, toMs, row, rows } = box;
  const told = lines.map(({ text, unheard }) =>
    unheard === '' ? text : `${text} [not heard: ${unheard}]`,
  );
  const height = { '--row': row, '--rows': rows };
  return (
    <span
      className="said"
      data-narrow={rows > 1 || (toMs - atMs) * pxPerMs < NARROW_PX || undefined}
      title={told.join('\n')}
      style={{ ...placed(atMs, toMs, pxPerMs), ...height }}
    >
      {lines.map(({ itemId, text, unheard, isOpen }) => (
        <span key={itemId} data-open={isOpen || undefined}>
          {text} {unheard === '' ? null : <s>{unheard}</s>}{' '}
        </span>
      ))}
    </span>
  );
}

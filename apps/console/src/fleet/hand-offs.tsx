import type { Fleet } from '@antiphon/observability';

const WORDS: Readonly<Record<string, string>> = {
  asked: 'no tool was at fault',
  tool_error: 'a tool failed',
  tool_timeout: 'a tool was given up',
  tool_unknown: 'nobody knows what a tool did',
  tool_overdue: 'a tool was late',
};

/** Why callers were handed to a person, the most frequent reason first. */
export function HandOffs({ handOffs }: Pick<Fleet, 'handOffs'>) {
  if (handOffs.length === 0) return <p className="fleet-none">Nobody was handed to a person.</p>;
  return (
    <dl className="hand-offs">
      {handOffs
        .toSorted((a, b) => b.count - a.count)
        .map(({ reason, count }) => (
          <div key={reason}>
            <dt>{WORDS[reason] ?? reason}</dt>
            <dd>{count}</dd>
          </div>
        ))}
    </dl>
  );
}

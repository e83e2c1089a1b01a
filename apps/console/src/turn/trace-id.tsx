import { useState } from 'react';
import { Figure } from '../ui/figures.tsx';
import { TraceLink, useTraceUrl } from '../ui/trace-link.tsx';

/** The id under which the turn is traced, to be followed or copied into a trace viewer. */
export function TraceId({ traceId }: { readonly traceId: string | null }) {
  const [copied, setCopied] = useState<string | null>(null);
  const traceUrl = useTraceUrl();
  const copy = (text: string): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(text),
      () => setCopied(null),
    );
  };
  if (traceId === null) {
    return <Figure name="trace" value="none" note="this turn was not traced" tone="quiet" />;
  }
  return (
    <Figure
      name="trace"
      value={
        <TraceLink traceId={traceId} traceUrl={traceUrl}>
          {traceId}
        </TraceLink>
      }
      isCode
      note={
        <button type="button" className="link" onClick={() => copy(traceId)}>
          {copied === traceId ? 'Copied' : 'Copy'}
        </button>
      }
    />
  );
}

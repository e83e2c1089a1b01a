import type { ReactNode } from 'react';
import type { ConsoleSettings } from '@antiphon/observability';
import { useAnswer } from '../api/use-answer.ts';

/** The address of a trace in a viewer, with `{traceId}` in its place; null while none is known. */
export function useTraceUrl(): string | null {
  return useAnswer<ConsoleSettings>('/console/settings').value?.traceUrl ?? null;
}

/** Leads to a trace in its viewer; without one it is text. */
export function TraceLink({
  traceId,
  traceUrl,
  children,
}: {
  readonly traceId: string;
  readonly traceUrl: string | null;
  readonly children: ReactNode;
}) {
  if (traceUrl === null) return children;
  return (
    <a
      href={traceUrl.replaceAll('{traceId}', traceId)}
      target="_blank"
      rel="noopener noreferrer"
      title={`Trace ${traceId}, in a new tab`}
    >
      {children}
    </a>
  );
}

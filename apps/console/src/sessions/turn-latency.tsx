import type { SessionRow } from '@antiphon/observability';
import { formatLatency } from '../format/format-duration.ts';
import { Latency } from '../ui/latency.tsx';

/** How long the last turn of a session took, beside what its agent allows. */
export function TurnLatency({ turn }: { readonly turn: SessionRow['lastTurn'] }) {
  if (turn === null) return <span className="quiet">{formatLatency(null)}</span>;
  return <Latency ms={turn.voiceToVoiceMs ?? turn.postEndpointMs} budgetMs={turn.budgetMs} />;
}

import type { AgentAudio } from '../ports/audio-frame.ts';
import type { SessionEvent } from '../ports/session-event.ts';
import type { TurnReport } from '@antiphon/observability';
import { InvariantWatch } from '../invariant-watch.ts';

/** What a whole session left behind. */
export interface SessionTrace {
  readonly events: readonly SessionEvent[];
  /** Agent audio in the order it was written to the leg. */
  readonly sent: readonly (AgentAudio & { readonly atMs: number })[];
}

/** What the hops of a turn may leave unexplained, or claim too much. */
const UNEXPLAINED_MS = 5;
const UNEXPLAINED_SHARE = 0.05;

/** Names the broken invariants of docs/invariants.md, with what broke them; empty when all hold. */
export function violations({ events, sent }: SessionTrace): string[] {
  const watch = new InvariantWatch();
  const found: string[] = [];
  let nextSent = 0;
  const sendUntil = (atMs: number): void => {
    for (let audio = sent[nextSent]; audio && audio.atMs <= atMs; audio = sent[++nextSent]) {
      const violation = watch.sent(audio.generationId);
      if (violation) found.push(`${violation.name}: ${violation.detail}`);
    }
  };
  for (const event of events) {
    // Of what happened in one instant the audio came first: its order among events is not kept.
    sendUntil(event.atMs);
    if (event.type === 'invariant.violated') found.push(`${event.name}: ${event.detail}`);
    for (const { name, detail } of watch.see(event)) found.push(`${name}: ${detail}`);
    if (event.type === 'turn.measured') found.push(...unexplained(event.report));
  }
  sendUntil(Infinity);
  return found;
}

/** The hops of a turn add up to what passed until its first audio. */
function unexplained({ turn, hops, voiceEndAtMs, committedAtMs, firstAudioAtMs }: TurnReport) {
  const wholeMs = firstAudioAtMs - (voiceEndAtMs ?? committedAtMs);
  const explainedMs = Object.values(hops).reduce<number>((sum, hopMs) => sum + (hopMs ?? 0), 0);
  const leftMs = Math.abs(wholeMs - explainedMs);
  return leftMs <= Math.max(UNEXPLAINED_MS, UNEXPLAINED_SHARE * wholeMs)
    ? []
    : [`hopsAddUp: turn ${turn} took ${wholeMs} ms, its hops ${explainedMs} ms`];
}

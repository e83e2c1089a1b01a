import type { AgentAudio } from '../ports/audio-frame.ts';
import type { SessionEvent } from '../ports/session-event.ts';
import { InvariantWatch } from '../invariant-watch.ts';

/** What a whole session left behind. */
export interface SessionTrace {
  readonly events: readonly SessionEvent[];
  /** Agent audio in the order it was written to the leg. */
  readonly sent: readonly (AgentAudio & { readonly atMs: number })[];
}

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
  }
  sendUntil(Infinity);
  return found;
}

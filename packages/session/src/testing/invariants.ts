import type { AgentAudio } from '../ports/audio-frame.ts';
import type { SessionEvent } from '../ports/session-event.ts';

/** What a whole session left behind, for the predicates below. */
export interface SessionTrace {
  readonly events: readonly SessionEvent[];
  /** Agent audio in the order it was written to the leg. */
  readonly sent: readonly (AgentAudio & { readonly atMs: number })[];
}

/** Names the broken invariants of docs/invariants.md, with what broke them; empty when all hold. */
export function violations(trace: SessionTrace): string[] {
  return [
    ...oneGenerationAtATime(trace.events),
    ...nothingAfterCancel(trace),
    ...toolsSettleOnce(trace.events),
    ...heardIsPrefix(trace.events),
    ...endsOnce(trace.events),
    ...onsetBeforeTail(trace.events),
  ];
}

/** 1. At most one generation is being made. */
function oneGenerationAtATime(events: readonly SessionEvent[]): string[] {
  const found: string[] = [];
  let active: string | null = null;
  for (const event of events) {
    if (event.type === 'generation.started') {
      if (active !== null) found.push(`1: ${event.generationId} began while ${active} was made`);
      active = event.generationId;
    }
    if (event.type === 'generation.ended') {
      if (active !== event.generationId)
        found.push(`1: ${event.generationId} ended twice or unmade`);
      active = null;
    }
  }
  return found;
}

/** 3. No audio of a cancelled generation leaves after its cancellation. */
function nothingAfterCancel({ events, sent }: SessionTrace): string[] {
  const found: string[] = [];
  for (const event of events) {
    if (event.type !== 'generation.ended' || event.outcome !== 'cancelled') continue;
    const late = sent.some(
      (audio) => audio.generationId === event.generationId && audio.atMs > event.atMs,
    );
    if (late) found.push(`3: audio of ${event.generationId} left after it was cancelled`);
  }
  return found;
}

/** 4. Every tool call settles exactly once. */
function toolsSettleOnce(events: readonly SessionEvent[]): string[] {
  const settled = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'tool.started') settled.set(event.callId, 0);
    if (event.type === 'tool.settled') {
      settled.set(event.callId, (settled.get(event.callId) ?? 0) + 1);
    }
  }
  const hasEnded = events.at(-1)?.type === 'session.ended';
  return [...settled]
    .filter(([, count]) => count > 1 || (hasEnded && count === 0))
    .map(([callId, count]) => `4: ${callId} settled ${count} times`);
}

/** 2. What is kept of an item is a prefix of what was written, no longer than what was played. */
function heardIsPrefix(events: readonly SessionEvent[]): string[] {
  const found: string[] = [];
  const written = new Map<string, string>();
  const words = new Map<string, { text: string; endMs: number }[]>();
  for (const event of events) {
    if (event.type === 'generation.text') {
      written.set(event.itemId, (written.get(event.itemId) ?? '') + event.delta);
    }
    if (event.type === 'generation.words') {
      words.set(event.itemId, [...(words.get(event.itemId) ?? []), ...event.words]);
    }
    if (event.type !== 'item.truncated') continue;
    const text = (written.get(event.itemId) ?? '').split(/\s+/u).filter(Boolean).join(' ');
    if (`${event.heard} ${event.unheard}`.trim() !== text) {
      found.push(`2: ${event.itemId} does not divide into what was heard and what was not`);
    }
    const heardCount = event.heard === '' ? 0 : event.heard.split(' ').length;
    const last = words.get(event.itemId)?.[heardCount - 1];
    if (last && last.endMs > event.audioEndMs + 2) {
      found.push(`2: ${event.itemId} claims "${last.text}", which ended after the played position`);
    }
  }
  return found;
}

/** 8. A session ends once, and nothing follows. */
function endsOnce(events: readonly SessionEvent[]): string[] {
  const ends = events.filter((event) => event.type === 'session.ended').length;
  if (ends === 0) return [];
  return ends === 1 && events.at(-1)?.type === 'session.ended'
    ? []
    : ['8: something followed the end'];
}

/** 9. The onset of speech is told between the start of the answer it cancels and its tail. */
function onsetBeforeTail(events: readonly SessionEvent[]): string[] {
  const found: string[] = [];
  let isOnsetTold = false;
  for (const event of events) {
    if (event.type === 'generation.started') isOnsetTold = false;
    if (event.type === 'caller.speechStarted') isOnsetTold = true;
    if (event.type === 'generation.ended' && event.cancelReason === 'bargeIn' && !isOnsetTold) {
      found.push(`9: ${event.generationId} was cancelled before its barge-in was told`);
    }
  }
  return found;
}

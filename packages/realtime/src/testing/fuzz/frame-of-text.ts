import { eventShapesOf } from './event-shapes.ts';
import { isRecord } from './paths.ts';
import type { ExpectedFault } from './shape-damage.ts';

/** A frame, and what its text alone says about the answer. */
export interface Frame {
  /** Null is a binary frame. */
  readonly text: string | null;
  /** One of these is to be told. */
  readonly faults: readonly ExpectedFault[];
  /** What an error about it repeats. */
  readonly eventId: string | null;
  /** The event, when nothing is wrong with it by itself. */
  readonly event: WellFormedEvent | null;
  /** It may be wrong, or not: nobody knows what it was turned into. */
  readonly isGarbled: boolean;
}

/** An event that is what its type says; what comes of it depends on the session. */
export interface WellFormedEvent {
  readonly type: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** What is told of a text that is no event. */
export const INVALID_EVENT: ExpectedFault = { code: 'invalid_event', param: null };
const MAX_EVENT_ID_CHARACTERS = 512;

/** A text that is no event. */
export function noEvent(text: string): Frame {
  return { text, faults: [INVALID_EVENT], eventId: null, event: null, isGarbled: false };
}

/** Judges a text of which nothing is known but what is in it. */
export function frameOfText(text: string): Frame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return noEvent(text);
  }
  if (!isRecord(value)) return noEvent(text);
  const own = (name: string) => (Object.hasOwn(value, name) ? value[name] : undefined);
  const eventId = eventIdOf(own('event_id'));
  const fault = eventIdFault(own('event_id')) ?? typeFault(own('type'));
  return { text, faults: fault ? [fault] : [], eventId, event: null, isGarbled: fault === null };
}

/** The id that an error repeats: a text that is not too long. */
export function eventIdOf(eventId: unknown): string | null {
  return typeof eventId === 'string' && eventId.length <= MAX_EVENT_ID_CHARACTERS ? eventId : null;
}

/** What is wrong with an `event_id`, null when nothing is. */
export function eventIdFault(eventId: unknown): ExpectedFault | null {
  if (eventId === undefined || eventId === null || eventIdOf(eventId) !== null) return null;
  const code = typeof eventId === 'string' ? 'invalid_value' : 'invalid_type';
  return { code, param: 'event_id' };
}

/** What is wrong with a `type`, null when nothing is. */
export function typeFault(type: unknown): ExpectedFault | null {
  if (type === undefined) return INVALID_EVENT;
  if (typeof type !== 'string') return { code: 'invalid_type', param: 'type' };
  const isKnown = eventShapesOf('ga').some((shape) => shape.type === type);
  return isKnown ? null : { code: 'invalid_value', param: 'type' };
}

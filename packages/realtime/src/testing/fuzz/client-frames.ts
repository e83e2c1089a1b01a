import { eventShapesOf } from './event-shapes.ts';
import {
  eventIdFault,
  eventIdOf,
  frameOfText,
  INVALID_EVENT,
  noEvent,
  typeFault,
} from './frame-of-text.ts';
import type { Frame } from './frame-of-text.ts';
import { damagesOf, faultOf } from './shape-damage.ts';
import type { Damage } from './shape-damage.ts';
import { isRecord, overlap, withValueAt } from './paths.ts';
import type { WireView } from './wire-view.ts';

/** An event as a script holds it; texts that begin with an arrow are resolved when it is sent. */
export interface ScriptedEvent {
  /** Index into the shapes of its dialect. */
  readonly of: number;
  readonly members: Readonly<Record<string, unknown>>;
  /** Undefined leaves it out. */
  readonly eventId: string | null | undefined;
}

/** What a client sends in one step. */
export type ClientStep =
  | { readonly do: 'send'; readonly event: ScriptedEvent }
  /** Broken in one way, or in two. */
  | {
      readonly do: 'break';
      readonly event: ScriptedEvent;
      readonly at: number;
      readonly second: number | null;
    }
  /** Its `type` or `event_id` is replaced, or taken away. */
  | {
      readonly do: 'mislabel';
      readonly event: ScriptedEvent;
      readonly label: 'type' | 'event_id';
      readonly value: unknown;
    }
  /** The text ends after this share of it. */
  | { readonly do: 'cut'; readonly event: ScriptedEvent; readonly share: number }
  /** One character is another. */
  | {
      readonly do: 'garble';
      readonly event: ScriptedEvent;
      readonly at: number;
      readonly char: string;
    }
  | { readonly do: 'text'; readonly text: string }
  | { readonly do: 'binary' }
  /** A frame that was sent before, the last one or one before it. */
  | { readonly do: 'again'; readonly back: number };

const soundOfBytes = new Map<number, string>();

/** Base64 of silence, each length made once. */
function soundOf(bytes: number): string {
  const known = soundOfBytes.get(bytes) ?? Buffer.alloc(bytes).toString('base64');
  soundOfBytes.set(bytes, known);
  return known;
}

/** Makes the frames of a script's steps, for a client that knows what the view says. */
export class ClientFrames {
  readonly #view: WireView;
  readonly #sent: { readonly frame: Frame; readonly dialect: 'ga' | 'beta' }[] = [];

  constructor(view: WireView) {
    this.#view = view;
  }

  /** The frame of a step, on a connection of this dialect. */
  of(step: ClientStep, dialect: 'ga' | 'beta'): Frame {
    const frame = this.#frameOf(step, dialect);
    this.#sent.push({ frame, dialect });
    return frame;
  }

  #frameOf(step: ClientStep, dialect: 'ga' | 'beta'): Frame {
    switch (step.do) {
      case 'send':
        return this.#wellFormed(step.event, dialect);
      case 'break':
        return this.#broken(step, dialect);
      case 'mislabel':
        return this.#mislabelled(step, dialect);
      case 'cut': {
        const { text } = this.#wellFormed(step.event, dialect);
        const length = Math.floor((text?.length ?? 0) * step.share);
        return noEvent(text?.slice(0, length) ?? '');
      }
      case 'garble': {
        const frame = this.#wellFormed(step.event, dialect);
        // The first update may turn the dialect, which nobody could tell of a garbled one.
        if (!this.#view.isConfigured && frame.text?.includes('session.update')) return frame;
        const chars = frame.text ?? '';
        const at = step.at % chars.length;
        return frameOfText(`${chars.slice(0, at)}${step.char}${chars.slice(at + 1)}`);
      }
      case 'text':
        return frameOfText(step.text);
      case 'binary':
        return {
          text: null,
          faults: [INVALID_EVENT],
          eventId: null,
          event: null,
          isGarbled: false,
        };
      case 'again':
        return this.#repeated(step.back, dialect);
    }
  }

  #repeated(back: number, dialect: 'ga' | 'beta'): Frame {
    const sent = this.#sent.at(-1 - back);
    if (!sent) return noEvent('');
    const { frame } = sent;
    // What is wrong in one dialect may be right in the other.
    const isOther = sent.dialect !== dialect && frame.event === null;
    return isOther && frame.text !== null ? { ...frameOfText(frame.text), isGarbled: true } : frame;
  }

  #resolved(event: ScriptedEvent, dialect: 'ga' | 'beta') {
    const shape = eventShapesOf(dialect)[event.of];
    if (!shape) throw new Error(`There is no shape ${event.of}.`);
    const members = this.#resolve(event.members) as Readonly<Record<string, unknown>>;
    return { type: shape.type, shape: shape.members, members };
  }

  #wellFormed(event: ScriptedEvent, dialect: 'ga' | 'beta'): Frame {
    const { type, members } = this.#resolved(event, dialect);
    return {
      text: textOf(type, members, event.eventId),
      faults: [],
      eventId: event.eventId ?? null,
      event: { type, members },
      isGarbled: false,
    };
  }

  #broken(step: ClientStep & { do: 'break' }, dialect: 'ga' | 'beta'): Frame {
    const { type, shape, members } = this.#resolved(step.event, dialect);
    const damages = damagesOf(shape, members, []).filter(({ path }) => path.length > 0);
    // Some events have nothing that can be wrong.
    if (damages.length === 0) return this.#wellFormed(step.event, dialect);
    const first = damages[step.at % damages.length]!;
    const others = step.second === null ? [] : damages.filter((one) => mayGoTogether(first, one));
    const second = others[(step.second ?? 0) % others.length];
    const done = second ? [first, second] : [first];
    let broken: unknown = members;
    for (const { path, value } of done) broken = withValueAt(broken, path, value);
    return {
      text: textOf(type, broken as Record<string, unknown>, step.event.eventId),
      faults: done.map(faultOf),
      eventId: step.event.eventId ?? null,
      event: null,
      isGarbled: false,
    };
  }

  #mislabelled(step: ClientStep & { do: 'mislabel' }, dialect: 'ga' | 'beta'): Frame {
    const { type, members } = this.#resolved(step.event, dialect);
    const { label, value } = step;
    const labels = { type, event_id: step.event.eventId, [label]: value };
    const fault = label === 'type' ? typeFault(value) : eventIdFault(value);
    return {
      text: JSON.stringify({ ...labels, ...members }),
      faults: fault ? [fault] : [],
      eventId: eventIdOf(labels.event_id),
      event: fault ? null : { type, members },
      isGarbled: false,
    };
  }

  #resolve(value: unknown): unknown {
    if (typeof value === 'string') return value.startsWith('→') ? this.#named(value) : value;
    if (Array.isArray(value)) return value.map((entry) => this.#resolve(entry));
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, this.#resolve(member)]),
    );
  }

  #named(reference: string): string {
    const [kind, digits] = reference.slice(1).split(':');
    const index = Number(digits);
    const { items, agentItems, calls, openResponse } = this.#view;
    switch (kind) {
      case 'item':
        return items.at(-1 - index) ?? 'item_none_yet';
      case 'agent':
        return agentItems.at(-1 - index) ?? 'item_none_yet';
      case 'call':
        return calls.at(-1 - index) ?? 'call_none_yet';
      case 'response':
        return openResponse ?? 'resp_none_yet';
      case 'aside':
        return [...this.#view.openAsides].at(-1 - index) ?? 'resp_none_yet';
      case 'audio':
        return soundOf(index);
      default:
        return reference;
    }
  }
}

/** Two damages that leave each other alone; without its type a session may be of the other shape. */
function mayGoTogether(first: Damage, second: Damage): boolean {
  const isSessionType = ({ path }: Damage) => path.join('.') === 'session.type';
  return !overlap(first.path, second.path) && !isSessionType(first) && !isSessionType(second);
}

function textOf(
  type: string,
  members: Readonly<Record<string, unknown>>,
  eventId: string | null | undefined,
): string {
  return JSON.stringify({ type, event_id: eventId, ...members });
}

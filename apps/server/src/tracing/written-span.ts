import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type {
  Attributes,
  AttributeValue,
  HrTime,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
  TraceState,
} from '@opentelemetry/api';
import { hrTime, timeInputToHrTime } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { AttributeRules } from './kept-attributes.ts';

/** The oldest is dropped beyond that. */
const MOST_EVENTS = 128;

/** What all spans of a tracer have in common. */
export interface SpanRules extends AttributeRules {
  /** Called once with each span that has ended. */
  readonly onEnd: (span: WrittenSpan) => void;
}

/** What a span begins with. */
export interface SpanBegin {
  readonly name: string;
  readonly kind: SpanKind;
  /** Null for the root of a trace. */
  readonly parent: WrittenSpan | SpanContext | null;
  readonly startTime: TimeInput | undefined;
  readonly attributes: Attributes | undefined;
  readonly links: readonly Link[] | undefined;
}

/** What most spans have none of; never written to. */
const NO_ATTRIBUTES: Attributes = {};
const NO_TIME: HrTime = [0, 0];
const UNSET: SpanStatus = { code: SpanStatusCode.UNSET };
const NO_LINKS: Link[] = [];

const TWO_32 = 2 ** 32;

type TimedEvent = ReadableSpan['events'][0];

const NO_EVENTS: TimedEvent[] = [];

/**
 * A span of this server's own, at a small part of what the library's costs, which checks and copies
 * whatever it is given: these come from the tracer of turns, some dozen a turn in every session. It
 * holds attributes as they were given; who reads them keeps to its rules.
 */
export class WrittenSpan implements Span {
  name: string;
  readonly kind: SpanKind;
  readonly traceId: string;
  /** The halves of its id. */
  readonly upper: number;
  readonly lower: number;
  readonly parent: WrittenSpan | SpanContext | null;
  readonly startTime: HrTime;
  readonly rules: SpanRules;
  links: Link[];
  events: TimedEvent[] = NO_EVENTS;
  endTime: HrTime = NO_TIME;
  status: SpanStatus = UNSET;
  droppedEventsCount = 0;
  ended = false;
  #attributes: Attributes;
  #isOwn = false;
  #context: SpanContext | null = null;
  readonly #traceState: TraceState | undefined;

  constructor(begin: SpanBegin, rules: SpanRules) {
    const { name, kind, parent, startTime, attributes, links } = begin;
    this.name = name;
    this.kind = kind;
    this.parent = parent;
    this.traceId = parent?.traceId ?? traceIdOf();
    this.upper = half();
    this.lower = half();
    this.startTime = instantOf(startTime);
    this.#traceState = parent instanceof WrittenSpan ? parent.#traceState : parent?.traceState;
    this.rules = rules;
    this.#attributes = attributes ?? NO_ATTRIBUTES;
    this.links = links && links.length > 0 ? [...links] : NO_LINKS;
  }

  get attributes(): Attributes {
    return this.#attributes;
  }

  get traceState(): TraceState | undefined {
    return this.#traceState;
  }

  /** Ids in digits are made where somebody asks for them. */
  spanContext(): SpanContext {
    return (this.#context ??= {
      traceId: this.traceId,
      spanId: spanIdOf(this.upper, this.lower),
      traceFlags: TraceFlags.SAMPLED,
      ...(this.#traceState && { traceState: this.#traceState }),
    });
  }

  setAttribute(name: string, value: AttributeValue): this {
    if (this.ended) return this;
    // What was given stays as it is.
    if (!this.#isOwn) this.#attributes = { ...this.#attributes };
    this.#isOwn = true;
    this.#attributes[name] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.#attributes === NO_ATTRIBUTES && !this.ended) {
      this.#attributes = attributes;
      return this;
    }
    for (const name of Object.keys(attributes)) {
      const value = attributes[name];
      if (value !== undefined) this.setAttribute(name, value);
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.ended) return this;
    const isTime = isTimeInput(attributesOrTime);
    if (this.events.length >= MOST_EVENTS) {
      this.events.shift();
      this.droppedEventsCount += 1;
    }
    if (this.events === NO_EVENTS) this.events = [];
    this.events.push({
      name,
      time: instantOf(isTime ? attributesOrTime : time),
      attributes: (isTime ? undefined : attributesOrTime) ?? NO_ATTRIBUTES,
      droppedAttributesCount: 0,
    });
    return this;
  }

  addLink(link: Link): this {
    if (!this.ended) this.links = [...this.links, link];
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (!this.ended) this.status = status;
    return this;
  }

  updateName(name: string): this {
    if (!this.ended) this.name = name;
    return this;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  /** Only what kind of exception it was: its message may say what somebody said. */
  recordException(exception: unknown, time?: TimeInput): void {
    const type = exception instanceof Error ? exception.name : typeof exception;
    this.addEvent('exception', { 'exception.type': type }, time);
  }

  end(endTime?: TimeInput): void {
    if (this.ended) return;
    this.endTime = instantOf(endTime);
    this.ended = true;
    this.rules.onEnd(this);
  }
}

/** Half of an id of eight bytes. */
function half(): number {
  return (Math.random() * TWO_32) >>> 0;
}

/** Where the digits of an id are made. */
const idBytes = Buffer.alloc(16);

function spanIdOf(upper: number, lower: number): string {
  idBytes.writeUInt32BE(upper, 0);
  idBytes.writeUInt32BE(lower, 4);
  return idBytes.toString('hex', 0, 8);
}

function traceIdOf(): string {
  for (let at = 0; at < 16; at += 4) idBytes.writeUInt32BE(half(), at);
  return idBytes.toString('hex');
}

function instantOf(time: TimeInput | undefined): HrTime {
  if (Array.isArray(time)) return time;
  return time === undefined ? hrTime() : timeInputToHrTime(time);
}

function isTimeInput(value: Attributes | TimeInput | undefined): value is TimeInput {
  return typeof value === 'number' || Array.isArray(value) || value instanceof Date;
}

import { isPrivate } from '@antiphon/observability';
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

/** The oldest is dropped beyond that. */
const MOST_EVENTS = 128;

/** What all spans of a tracer have in common. */
export interface SpanRules {
  /** Whether attributes with a `pii` segment are written down. */
  readonly keepsPrivate: boolean;
  /** Texts are cut off there. */
  readonly mostTextChars: number;
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
 * whatever it is given: these come from the tracer of turns, some dozen a turn in every session.
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
  readonly #rules: SpanRules;

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
    this.#rules = rules;
    this.#attributes = this.#kept(attributes);
    this.links = links ? links.map((link) => this.#keptLink(link)) : NO_LINKS;
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
      spanId: digitsOf(this.upper) + digitsOf(this.lower),
      traceFlags: TraceFlags.SAMPLED,
      ...(this.#traceState && { traceState: this.#traceState }),
    });
  }

  setAttribute(name: string, value: AttributeValue): this {
    if (this.ended) return this;
    // What was given stays as it is.
    if (!this.#isOwn) this.#attributes = { ...this.#attributes };
    this.#isOwn = true;
    this.#put(this.#attributes, name, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
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
      attributes: this.#kept(isTime ? undefined : attributesOrTime),
      droppedAttributesCount: 0,
    });
    return this;
  }

  addLink(link: Link): this {
    if (!this.ended) this.links = [...this.links, this.#keptLink(link)];
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
    this.#rules.onEnd(this);
  }

  /** What may be written down of them, which usually is all. */
  #kept(attributes: Attributes | undefined): Attributes {
    if (!attributes) return NO_ATTRIBUTES;
    const names = Object.keys(attributes);
    if (names.every((name) => this.#isWhole(name, attributes[name]))) return attributes;
    const kept: Attributes = {};
    for (const name of names) this.#put(kept, name, attributes[name]);
    return kept;
  }

  #isWhole(name: string, value: AttributeValue | undefined): boolean {
    const { keepsPrivate, mostTextChars } = this.#rules;
    if (typeof value === 'string' && value.length > mostTextChars) return false;
    return value !== undefined && (keepsPrivate || !isPrivate(name));
  }

  #put(attributes: Attributes, name: string, value: AttributeValue | undefined): void {
    const { keepsPrivate, mostTextChars } = this.#rules;
    if (value === undefined || (!keepsPrivate && isPrivate(name))) return;
    const isLong = typeof value === 'string' && value.length > mostTextChars;
    attributes[name] = isLong ? value.slice(0, mostTextChars) : value;
  }

  #keptLink(link: Link): Link {
    const { context, attributes } = link;
    return attributes ? { context, attributes: this.#kept(attributes) } : link;
  }
}

/** Half of an id of eight bytes. */
function half(): number {
  return (Math.random() * TWO_32) >>> 0;
}

function digitsOf(word: number): string {
  return word.toString(16).padStart(8, '0');
}

function traceIdOf(): string {
  return digitsOf(half()) + digitsOf(half()) + digitsOf(half()) + digitsOf(half());
}

function instantOf(time: TimeInput | undefined): HrTime {
  if (Array.isArray(time)) return time;
  return time === undefined ? hrTime() : timeInputToHrTime(time);
}

function isTimeInput(value: Attributes | TimeInput | undefined): value is TimeInput {
  return typeof value === 'number' || Array.isArray(value) || value instanceof Date;
}

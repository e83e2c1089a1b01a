import { isPrivate } from '@antiphon/observability';
import { SpanStatusCode } from '@opentelemetry/api';
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
} from '@opentelemetry/api';
import { hrTime, hrTimeDuration, timeInputToHrTime } from '@opentelemetry/core';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** The oldest is dropped beyond that. */
const MOST_EVENTS = 128;

/** What all spans of a tracer have in common. */
export interface SpanRules {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
  /** Whether attributes with a `pii` segment are written down. */
  readonly keepsPrivate: boolean;
  /** Texts are cut off there. */
  readonly mostTextChars: number;
  /** Called once with each span that has ended. */
  readonly onEnd: (span: ReadableSpan) => void;
}

/** What a span begins with. */
export interface SpanBegin {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly startTime: TimeInput | undefined;
  readonly attributes: Attributes | undefined;
  readonly links: readonly Link[] | undefined;
}

type TimedEvent = ReadableSpan['events'][0];

/**
 * A span of this server's own, at a small part of what the library's costs, which checks and copies
 * whatever it is given: these come from the tracer of turns, some dozen a turn in every session.
 */
export class WrittenSpan implements Span, ReadableSpan {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly events: TimedEvent[] = [];
  readonly droppedAttributesCount = 0;
  readonly droppedLinksCount = 0;
  endTime: HrTime = [0, 0];
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  droppedEventsCount = 0;
  ended = false;
  readonly #context: SpanContext;
  readonly #rules: SpanRules;

  constructor(begin: SpanBegin, rules: SpanRules) {
    const { name, kind, context, parent, startTime, attributes, links } = begin;
    this.name = name;
    this.kind = kind;
    if (parent) this.parentSpanContext = parent;
    this.startTime = instantOf(startTime);
    this.#context = context;
    this.#rules = rules;
    this.attributes = this.#kept(attributes);
    this.links = (links ?? []).map((link) => this.#keptLink(link));
  }

  get resource(): Resource {
    return this.#rules.resource;
  }

  get instrumentationScope(): InstrumentationScope {
    return this.#rules.scope;
  }

  get duration(): HrTime {
    return hrTimeDuration(this.startTime, this.endTime);
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  setAttribute(name: string, value: AttributeValue): this {
    if (!this.ended) this.#put(this.attributes, name, value);
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
    this.events.push({
      name,
      time: instantOf(isTime ? attributesOrTime : time),
      attributes: this.#kept(isTime ? undefined : attributesOrTime),
      droppedAttributesCount: 0,
    });
    return this;
  }

  addLink(link: Link): this {
    if (!this.ended) this.links.push(this.#keptLink(link));
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

  #kept(attributes: Attributes | undefined): Attributes {
    const kept: Attributes = {};
    if (!attributes) return kept;
    for (const name of Object.keys(attributes)) this.#put(kept, name, attributes[name]);
    return kept;
  }

  #put(attributes: Attributes, name: string, value: AttributeValue | undefined): void {
    const { keepsPrivate, mostTextChars } = this.#rules;
    if (value === undefined || (!keepsPrivate && isPrivate(name))) return;
    const isLong = typeof value === 'string' && value.length > mostTextChars;
    attributes[name] = isLong ? value.slice(0, mostTextChars) : value;
  }

  #keptLink({ context, attributes }: Link): Link {
    return attributes ? { context, attributes: this.#kept(attributes) } : { context };
  }
}

function instantOf(time: TimeInput | undefined): HrTime {
  if (Array.isArray(time)) return time;
  return time === undefined ? hrTime() : timeInputToHrTime(time);
}

function isTimeInput(value: Attributes | TimeInput | undefined): value is TimeInput {
  return typeof value === 'number' || Array.isArray(value) || value instanceof Date;
}

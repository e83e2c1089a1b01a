import { hrTimeDuration } from '@opentelemetry/core';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { keptAttributes } from './kept-attributes.ts';
import { WrittenSpan } from './written-span.ts';

/** What all spans of a server have in common. */
export interface SpanOrigin {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
}

/** A span that is over, as exporters of the library read it. */
export function readableOf(span: WrittenSpan, { resource, scope }: SpanOrigin): ReadableSpan {
  const { name, kind, parent, startTime, endTime, status, rules } = span;
  const above = parent instanceof WrittenSpan ? parent.spanContext() : parent;
  return {
    name,
    kind,
    spanContext: () => span.spanContext(),
    ...(above && { parentSpanContext: above }),
    startTime,
    endTime,
    status,
    attributes: keptAttributes(span.attributes, rules),
    links: span.links.map(({ context, attributes }) =>
      attributes ? { context, attributes: keptAttributes(attributes, rules) } : { context },
    ),
    events: span.events.map((event) => ({
      ...event,
      attributes: keptAttributes(event.attributes ?? {}, rules),
    })),
    duration: hrTimeDuration(startTime, endTime),
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: 0,
  };
}

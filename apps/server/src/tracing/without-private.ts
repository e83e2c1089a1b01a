import { isPrivate } from '@antiphon/observability';
import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** The span without attributes, of its own, its events and links, that have a `pii` segment. */
export function withoutPrivate(span: ReadableSpan): ReadableSpan {
  const events = span.events.map((event) =>
    event.attributes ? { ...event, attributes: stripped(event.attributes) } : event,
  );
  const links = span.links.map((link) =>
    link.attributes ? { ...link, attributes: stripped(link.attributes) } : link,
  );
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext && { parentSpanContext: span.parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: span.status,
    attributes: stripped(span.attributes),
    events,
    links,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

function stripped(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !isPrivate(name)));
}

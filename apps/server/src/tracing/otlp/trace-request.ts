import type { Attributes, AttributeValue, Link, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { BackwardWriter } from './backward-writer.ts';

const VARINT = 0;
const FIXED_64 = 1;
const WITH_LENGTH = 2;
const FIXED_32 = 5;

/** Set where it is known whether a context came from elsewhere, and where it did. */
const KNOWS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

const writer = new BackwardWriter();

/**
 * An ExportTraceServiceRequest of OTLP 1 (opentelemetry-proto, trace.proto) with these spans, which
 * are all of one resource and one scope, as those of a provider with one tracer are. Byte for byte
 * what the library's serializer makes of them, at a fifth of its cost.
 */
export function traceRequestOf(spans: readonly ReadableSpan[]): Uint8Array {
  const [first] = spans;
  if (!first) return writer.take();
  const { resource, instrumentationScope: scope } = first;
  if (resource.schemaUrl) text(3, resource.schemaUrl);
  const spansEnd = writer.length;
  if (scope.schemaUrl) text(3, scope.schemaUrl);
  for (let index = spans.length - 1; index >= 0; index--) spanOf(spans[index]!);
  const scopeEnd = writer.length;
  if (scope.version) text(2, scope.version);
  text(1, scope.name);
  close(1, scopeEnd);
  close(2, spansEnd);
  const resourceEnd = writer.length;
  writer.varint(0);
  writer.tag(2, VARINT);
  attributesOf(1, resource.attributes);
  close(1, resourceEnd);
  close(1, 0);
  return writer.take();
}

function spanOf(span: ReadableSpan): void {
  const end = writer.length;
  const context = span.spanContext();
  const parent = span.parentSpanContext;
  flagsOf(16, context.traceFlags, parent?.isRemote);
  const statusEnd = writer.length;
  numberOf(3, span.status.code);
  if (span.status.message) text(2, span.status.message);
  close(15, statusEnd);
  numberOf(14, span.droppedLinksCount);
  for (let index = span.links.length - 1; index >= 0; index--) linkOf(span.links[index]!);
  numberOf(12, span.droppedEventsCount);
  for (let index = span.events.length - 1; index >= 0; index--) eventOf(span.events[index]!);
  numberOf(10, span.droppedAttributesCount);
  attributesOf(9, span.attributes);
  instantOf(8, span.endTime);
  instantOf(7, span.startTime);
  // Kinds count from 1 here.
  numberOf(6, span.kind + 1);
  text(5, span.name);
  if (parent?.spanId) hexOf(4, parent.spanId);
  idsOf(context);
  close(2, end);
}

function eventOf({ time, name, attributes, droppedAttributesCount }: ReadableSpan['events'][0]) {
  const end = writer.length;
  numberOf(4, droppedAttributesCount ?? 0);
  if (attributes) attributesOf(3, attributes);
  text(2, name);
  instantOf(1, time);
  close(11, end);
}

function linkOf({ context, attributes, droppedAttributesCount }: Link): void {
  const end = writer.length;
  flagsOf(6, context.traceFlags, context.isRemote);
  numberOf(5, droppedAttributesCount ?? 0);
  if (attributes) attributesOf(4, attributes);
  idsOf(context);
  close(13, end);
}

/** Fields 1 to 3 of spans and links. */
function idsOf({ traceId, spanId, traceState }: SpanContext): void {
  const state = traceState?.serialize();
  if (state) text(3, state);
  hexOf(2, spanId);
  hexOf(1, traceId);
}

function attributesOf(field: number, attributes: Attributes): void {
  const names = Object.keys(attributes);
  for (let index = names.length - 1; index >= 0; index--) {
    const name = names[index]!;
    const end = writer.length;
    valueOf(attributes[name]);
    close(2, end);
    text(1, name);
    close(field, end);
  }
}

/** An AnyValue; nothing for a value that telemetry has no type for. */
function valueOf(value: AttributeValue | null | undefined): void {
  if (typeof value === 'string') {
    text(1, value);
  } else if (typeof value === 'boolean') {
    numberOf(2, value ? 1 : 0);
  } else if (typeof value === 'number') {
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) {
      numberOf(3, value);
    } else {
      writer.double(value);
      writer.tag(4, FIXED_64);
    }
  } else if (Array.isArray(value)) {
    const end = writer.length;
    for (let index = value.length - 1; index >= 0; index--) {
      const itemEnd = writer.length;
      valueOf(value[index]);
      close(1, itemEnd);
    }
    close(5, end);
  }
}

function text(field: number, value: string): void {
  writer.string(value);
  writer.tag(field, WITH_LENGTH);
}

function hexOf(field: number, digits: string): void {
  writer.hex(digits);
  writer.tag(field, WITH_LENGTH);
}

function numberOf(field: number, value: number): void {
  writer.varint(value);
  writer.tag(field, VARINT);
}

function instantOf(field: number, instant: readonly [number, number]): void {
  writer.nanoseconds(instant);
  writer.tag(field, FIXED_64);
}

function flagsOf(field: number, traceFlags: number, isRemote: boolean | undefined): void {
  writer.fixed32((traceFlags & 0xff) | KNOWS_IS_REMOTE | (isRemote ? IS_REMOTE : 0));
  writer.tag(field, FIXED_32);
}

/** Ends a message as a field of the one around it. */
function close(field: number, end: number): void {
  writer.finish(end);
  writer.tag(field, WITH_LENGTH);
}

import { SpanStatusCode } from '@opentelemetry/api';
import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Attributes that are ids, or the same for every span of a session. */
const UNSHOWN: readonly string[] = [
  'gen_ai.conversation.id',
  'gen_ai.agent.name',
  'gen_ai.operation.name',
  'gen_ai.tool.name',
  'gen_ai.tool.call.id',
  'antiphon.pipeline',
];

/**
 * Spans as an indented text, children below their parent by their start: name, milliseconds since
 * `zeroAtMs`, status and attributes; then, marked with `*`, its events.
 */
export function spanPicture(spans: readonly ReadableSpan[], zeroAtMs: number): string {
  const lines: string[] = [];
  const at = (time: HrTime): number => Math.round(time[0] * 1000 + time[1] / 1e6 - zeroAtMs);
  const draw = (span: ReadableSpan, indent: string): void => {
    const failed = span.status.code === SpanStatusCode.ERROR ? ' ERROR' : '';
    const links = span.links.length > 0 ? ` links ${span.links.length}` : '';
    const { startTime, endTime, attributes } = span;
    lines.push(
      `${indent}${span.name} ${at(startTime)}..${at(endTime)}${failed}${links}${shown(attributes)}`,
    );
    for (const { name, time, attributes: more = {} } of span.events) {
      lines.push(`${indent}  * ${name} ${at(time)}${shown(more)}`);
    }
    for (const child of spans.filter(
      ({ parentSpanContext }) => parentSpanContext?.spanId === span.spanContext().spanId,
    )) {
      draw(child, `${indent}  `);
    }
  };
  for (const root of spans.filter(({ parentSpanContext }) => !parentSpanContext)) draw(root, '');
  return lines.join('\n');
}

function shown(attributes: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(attributes).filter(([name]) => !UNSHOWN.includes(name));
  return entries
    .map(([name, value]) => ` ${name.replace(/^(antiphon|gen_ai)\./u, '')}=${String(value)}`)
    .join('');
}

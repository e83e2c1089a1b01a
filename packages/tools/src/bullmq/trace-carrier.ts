import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

/** The active trace as header fields (`traceparent` with the W3C propagator); empty without one. */
export function traceCarrier(): Readonly<Record<string, string>> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

/** Runs work inside the trace that a carrier names. */
export function withinTrace<Result>(
  carrier: Readonly<Record<string, string>>,
  work: () => Result,
): Result {
  return context.with(propagation.extract(ROOT_CONTEXT, carrier), work);
}

import type { HrTime } from '@opentelemetry/api';

/** An instant in epoch milliseconds as seconds and nanoseconds, which telemetry cannot mistake. */
export function instant(atMs: number): HrTime {
  const seconds = Math.floor(atMs / 1000);
  return [seconds, Math.floor((atMs - seconds * 1000) * 1e6)];
}

/** What stands where a figure is not known. */
export const UNKNOWN = '–';

/** Milliseconds as people read latencies: `412 ms`, `1.24 s`, `2 m 05 s`. */
export function formatLatency(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (Math.abs(ms) < 10 && !Number.isInteger(ms)) return `${ms.toFixed(1)} ms`;
  if (Math.abs(ms) < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  return formatAge(Math.round(ms / 1000) * 1000);
}

/** How long something goes on: `9 s`, `2 m 05 s`, `1 h 02 m`. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
}

/** A place in a recording: `0:07.3`. */
export function formatPosition(ms: number): string {
  const tenths = Math.max(0, Math.floor(ms / 100));
  return `${Math.floor(tenths / 600)}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
}

function two(count: number): string {
  return String(count).padStart(2, '0');
}

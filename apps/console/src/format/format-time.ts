const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const minute = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** An instant, in milliseconds since the Unix epoch, as the reader's clock showed it. */
export function formatTime(atMs: number): string {
  return time.format(atMs);
}

/** The same to the minute. */
export function formatMinute(atMs: number): string {
  return minute.format(atMs);
}

/** The same with its day, unless that is today. */
export function formatDateTime(atMs: number, nowMs = Date.now()): string {
  const isToday = day.format(atMs) === day.format(nowMs) && nowMs - atMs < 86_400_000;
  return isToday ? formatTime(atMs) : `${day.format(atMs)}, ${formatMinute(atMs)}`;
}

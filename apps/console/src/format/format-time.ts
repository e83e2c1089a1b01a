const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const minute = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** An instant, in milliseconds since the Unix epoch, as the reader's clock showed it. */
export function formatTime(atMs: number): string {
  return time.format(atMs);
}

/** The same with its day. */
export function formatDateTime(atMs: number): string {
  return dateTime.format(atMs);
}

/** The same to the minute. */
export function formatMinute(atMs: number): string {
  return minute.format(atMs);
}

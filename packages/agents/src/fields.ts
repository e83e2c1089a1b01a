/** A mapping read from a file, before anything is known about its members. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value read from a file is a mapping. */
export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of a mapping, none for anything else. */
export function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

/** The elements of a list, none for anything else. */
export function itemsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

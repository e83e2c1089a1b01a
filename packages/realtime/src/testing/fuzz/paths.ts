/** Where something lies in a JSON value: names of members and indices of entries. */
export type Path = readonly (string | number)[];

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The path as errors write it: `item.content[0].text`. */
export function paramOf(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}

/** A copy of the value with `next` at the path, or with nothing there when it is undefined. */
export function withValueAt(value: unknown, path: Path, next: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  if (typeof key === 'number') {
    const entries = Array.isArray(value) ? [...(value as unknown[])] : [];
    entries[key] = withValueAt(entries[key], rest, next);
    return entries;
  }
  const members = isRecord(value) ? Object.entries(value).filter(([name]) => name !== key) : [];
  const old = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  const member = withValueAt(old, rest, next);
  // Built from entries, because `__proto__` is a member like any other here.
  return Object.fromEntries(member === undefined ? members : [...members, [key, member]]);
}

/** Whether one of the paths leads through the other's end. */
export function overlap(one: Path, other: Path): boolean {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length).every((key, index) => key === other[index]);
}

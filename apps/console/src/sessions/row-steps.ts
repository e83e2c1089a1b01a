/** Where a key leads in a list: an index, or null when it is none of the list's keys. */
export function stepInList(key: string, at: number, length: number): number | null {
  if (length === 0) return null;
  switch (key) {
    case 'j':
    case 'ArrowDown':
      return Math.min(at + 1, length - 1);
    case 'k':
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return null;
  }
}

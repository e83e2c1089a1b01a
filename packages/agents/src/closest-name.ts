/** Edits after which a name is another name rather than a misspelling. */
const MOST_EDITS = 2;

/** The one of `names` that `name` is probably a misspelling of, if any. */
export function closestName(name: string, names: Iterable<string>): string | null {
  let closest: string | null = null;
  let fewest = Math.min(MOST_EDITS, Math.floor(name.length / 2)) + 1;
  for (const candidate of names) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      closest = candidate;
      fewest = edits;
    }
  }
  return closest;
}

/** Advice that names the probable spelling, or else all there are. */
export function spellingAdvice(name: string, names: readonly string[]): string {
  const closest = closestName(name, names);
  if (closest !== null) return `Did you mean "${closest}"?`;
  return names.length === 0 ? 'There are none to choose from.' : `Known are ${names.join(', ')}.`;
}

/** Letters inserted, left out, replaced or swapped with their neighbour. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      let edits = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (isSame ? 0 : 1),
      );
      const isSwapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      if (isSwapped) edits = Math.min(edits, beforeLast[column - 2]! + 1);
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length]!;
}

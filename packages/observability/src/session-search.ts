import type { SessionRow } from './console-feed.ts';
import { endingWords } from './session-endings.ts';

/** The words of a search, which must all be found in a session; case does not matter. */
export function searchWords(search: string): readonly string[] {
  return search.toLowerCase().split(/\s+/).filter(Boolean);
}

/** What is searched of a session beside its id, in lower case. */
export function searchedTraits(row: SessionRow): string {
  const { tenant, agent, leg, pipeline, state, openTools, endReason } = row;
  const ending = endReason === null ? [] : [endReason, endingWords(endReason)];
  return [tenant ?? '', agent, leg, pipeline, state.turn, ...openTools, ...ending]
    .join(' ')
    .toLowerCase();
}

/** Whether all words are found in the id or the traits of a session. */
export function hasWords(
  { id, traits }: { readonly id: string; readonly traits: string },
  words: readonly string[],
): boolean {
  if (words.length === 0) return true;
  const lowerId = id.toLowerCase();
  return words.every((word) => traits.includes(word) || lowerId.includes(word));
}

import { spokenForm } from '../../spoken/spoken-form.ts';
import type { SpokenWord } from '../../spoken/spoken-form.ts';
import { isNaming } from '../../spoken/identifiers.ts';

const CLAUSE_END = /[,;:–—]["'”’)\]]*$/u;
const STARTS_CLAUSE = /^(?:and|but|so|because|which|while|although|though|unless|if|when|where)$/i;
const DIGIT = /\d/;

/** How many words are said for a text. */
export function spokenCount(text: string): number {
  return spokenForm(text).reduce((sum, word) => sum + countOf(word), 0);
}

/**
 * As much of a text as has at most so many spoken words, ended as a sentence: up to the last clause
 * that fits, or where not even one does and something must be said, up to the last word. Numbers
 * are left whole. Empty where nothing fits.
 */
export function shortened(text: string, most: number, mustSay: boolean): string {
  const words = spokenForm(text);
  let [count, clause, whole] = [0, 0, 0];
  for (const [index, word] of words.entries()) {
    count += countOf(word);
    if (count > most) break;
    const next = words[index + 1]?.written ?? '';
    if (isInsideNumber(word.written, next)) continue;
    whole = index + 1;
    const isBeforeClause = STARTS_CLAUSE.test(next) && !STARTS_CLAUSE.test(word.written);
    if (CLAUSE_END.test(word.written) || isBeforeClause) clause = index + 1;
  }
  const end = clause > 0 || !mustSay ? clause : whole;
  const kept = words.slice(0, end).map(({ written }) => written);
  return kept.length === 0 ? '' : ended(kept.join(' '));
}

function ended(text: string): string {
  return `${text.replace(/[\s,;:–—-]+$/u, '')}.`;
}

function countOf({ spoken }: SpokenWord): number {
  return spoken.filter((word) => word !== ',').length;
}

/** Whether a cut here would part a number, or part it from what it is the number of. */
function isInsideNumber(word: string, next: string): boolean {
  if (!DIGIT.test(next)) return false;
  return DIGIT.test(word) || isNaming(word.replace(/\W+$/, '')) || /^(?:is|are|#)\W*$/i.test(word);
}

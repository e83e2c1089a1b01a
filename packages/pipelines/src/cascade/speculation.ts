/** What became of an answer that was made ready while the caller paused. */
export type SpeculationOutcome =
  /** One is being made ready; exactly one of the others follows. */
  | { readonly kind: 'prepared' }
  /** It became the answer. */
  | { readonly kind: 'adopted' }
  /** It was thrown away, and with it this much audio, in milliseconds of speech. */
  | { readonly kind: 'discarded'; readonly wastedAudioMs: number };

/** Whether two texts have the same words: case, blanks and punctuation make no difference. */
export function saysTheSame(one: string, other: string): boolean {
  return one === other || plainWords(one) === plainWords(other);
}

function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{S}%]+/gu, ' ')
    .trim();
}

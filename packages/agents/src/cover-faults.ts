import { AGENT_DEFAULTS } from './agent-defaults.ts';
import type { FolderFault } from './agent-folder-error.ts';
import { itemsOf } from './fields.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** A cover may last a second; three words do. */
const MOST_COVER_WORDS = 3;
const LONGEST_COVER_MS = 1_000;
/** Measured on phrases of one to three words, in several voices; the slowest counts. */
const MS_PER_LETTER = 60;

/** Which of the phrases at a path, said while a tool runs, are not over within a second. */
export function coverFaults(
  source: YamlSource,
  path: YamlPath,
  { phrases, noun = 'cover' }: { readonly phrases: unknown; readonly noun?: string },
): FolderFault[] {
  return itemsOf(phrases).flatMap((phrase, index) => {
    if (typeof phrase !== 'string') return [];
    const words = phrase.split(/\s+/).filter((word) => word !== '').length;
    const durationMs = phrase.trim().length * MS_PER_LETTER;
    if (words <= MOST_COVER_WORDS && durationMs <= LONGEST_COVER_MS) return [];
    const reason = `the ${noun} ${JSON.stringify(phrase)} is longer than three words or a second`;
    const advice = `Use a short one such as ${JSON.stringify(AGENT_DEFAULTS.covers[0])}.`;
    return [source.faultAt([...path, index], reason, advice)];
  });
}

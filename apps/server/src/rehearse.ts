import { speakablePieces } from '@antiphon/pipelines';
import type { FliteTextToSpeech } from '@antiphon/pipelines';
import type { SessionConfig } from '@antiphon/session';

/** Has texts spoken beforehand, in the voice of a configuration, as far as they have no gaps. */
export async function rehearse(
  textToSpeech: FliteTextToSpeech,
  { voice, speed }: Pick<SessionConfig, 'voice' | 'speed'>,
  texts: readonly string[],
): Promise<void> {
  // Speech is kept at the voice's own speed.
  if (speed !== 1) return;
  const pieces = texts.flatMap((text) => speakablePieces(text));
  const isKnown = (piece: string) => !piece.includes('{');
  await textToSpeech.prewarm([...new Set(pieces.filter(isKnown))], voice);
}

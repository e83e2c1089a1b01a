import { AnalysisError } from './analysis-error.ts';

const ADVICE = 'Analyze a shorter call, or name a server that takes more.';

/** A call with more sound than an analyst takes. */
export function tooLarge(found: {
  readonly bytes: number;
  readonly mostAudioBytes: number;
  readonly provider: string;
}): AnalysisError {
  const { bytes, mostAudioBytes, provider } = found;
  return new AnalysisError(
    'audio_too_large',
    `The call has ${sizeOf(bytes)} of sound, and ${provider} takes ${sizeOf(mostAudioBytes)} in one ` +
      `request. ${ADVICE}`,
  );
}

/** A call that an analyst itself found too large. */
export function refusedAsTooLarge(provider: string, bytes: number): AnalysisError {
  return new AnalysisError(
    'audio_too_large',
    `${provider} refused ${sizeOf(bytes)} of sound as too much for one request. ${ADVICE}`,
  );
}

/** Bytes as people read them. */
export function sizeOf(bytes: number): string {
  return bytes < 100_000
    ? `${(bytes / 1_000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

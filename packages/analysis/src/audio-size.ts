import { AnalysisError } from './analysis-error.ts';
import type { CallAnalyst } from './call-analyst.ts';

const ADVICE = 'Analyze a shorter call, or choose an analyst that takes more.';

/** How long a call is, and how large the file of its sound. */
export interface CallSize {
  readonly bytes: number;
  readonly callMs: number;
}

/** Throws `audio_too_large` where a call has more sound than an analyst takes. */
export function refuseTooLarge(
  { bytes, callMs }: CallSize,
  analyst: Pick<CallAnalyst, 'provider' | 'mostAudioBytes' | 'mostCallMs'>,
): void {
  const { provider, mostAudioBytes, mostCallMs } = analyst;
  const takes =
    bytes > mostAudioBytes
      ? [sizeOf(bytes), sizeOf(mostAudioBytes)]
      : mostCallMs !== null && callMs > mostCallMs
        ? [hoursOf(callMs), hoursOf(mostCallMs)]
        : null;
  if (takes === null) return;
  const [has, most] = takes;
  throw new AnalysisError(
    'audio_too_large',
    `The call has ${has} of sound, and ${provider} takes ${most} in one request. ${ADVICE}`,
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

function hoursOf(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} hours`;
}

import type { CallAnalysis } from '@antiphon/observability';
import type { Tone } from '../ui/badge.tsx';

/** How a score of 1 to 5 is shown; one that was not given is quiet. */
export function scoreTone(score: number | null): Tone {
  if (score === null) return 'quiet';
  if (score >= 4) return 'good';
  return score >= 3 ? 'warning' : 'bad';
}

/** How what became of the caller's wish is shown. */
export function resolutionTone(resolution: CallAnalysis['resolution']): Tone {
  switch (resolution) {
    case 'resolved':
      return 'good';
    case 'partly':
      return 'warning';
    case 'unresolved':
      return 'bad';
    case 'unclear':
      return 'quiet';
  }
}

/** `75_000` as `1:15`. */
export function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

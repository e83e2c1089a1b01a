import type { WireClientEvent } from '@antiphon/protocol';
import type { ProviderVad, TurnDetection } from '@antiphon/session';

type SessionFields = Extract<WireClientEvent, { type: 'session.update' }>['session'];
type AudioInput = NonNullable<NonNullable<SessionFields['audio']>['input']>;

/** Turn detection as an upstream session is told it. */
export type WireDetection = NonNullable<AudioInput['turn_detection']>;

/** What a fact of the provider leaves unsaid. */
export interface VadBounds {
  /** Audio before the onset that it counts as speech. */
  readonly paddingMs: number;
  /** The least silence before it tells an end. */
  readonly silenceMs: number;
  /** The longest. */
  readonly longestMs: number;
}

type ServerVad = Extract<ProviderVad, { type: 'server_vad' }>;
type SemanticVad = Extract<ProviderVad, { type: 'semantic_vad' }>;

/** The longest silence by eagerness, as the Realtime API has it. */
const LONGEST_MS = { high: 2_000, medium: 4_000, auto: 4_000, low: 8_000 } as const;

/** Of `semantic_vad`, which has no field for it: the default of the other kind. */
const SEMANTIC_PADDING_MS = 300;

/** The session's own detection where the agent says nothing of the provider's. */
function vadOf(vad: ProviderVad | undefined, detection: TurnDetection): ProviderVad {
  if (vad) return vad;
  if (detection.mode === 'vad') return { type: 'server_vad' };
  const { silenceDurationMs } = detection;
  if (silenceDurationMs <= LONGEST_MS.high) return { type: 'semantic_vad', eagerness: 'high' };
  const eagerness = silenceDurationMs <= LONGEST_MS.medium ? 'medium' : 'low';
  return { type: 'semantic_vad', eagerness };
}

/** Of `server_vad` where the session's own is the longest one of many: the default of the API. */
const SILENCE_MS = 500;

function silenceOf({ silenceDurationMs }: ServerVad, detection: TurnDetection): number {
  const ownMs = detection.mode === 'vad' ? detection.silenceDurationMs : SILENCE_MS;
  return silenceDurationMs ?? ownMs;
}

const eagernessOf = ({ eagerness = 'auto' }: SemanticVad) => eagerness;

/** What the upstream is told: to find the turns, and to leave to the session what comes of them. */
export function wireDetection(
  asked: ProviderVad | undefined,
  detection: TurnDetection,
): WireDetection {
  const vad = vadOf(asked, detection);
  const ours = { create_response: false, interrupt_response: false };
  if (vad.type === 'semantic_vad') {
    return { type: 'semantic_vad', eagerness: eagernessOf(vad), ...ours };
  }
  return {
    type: 'server_vad',
    threshold: vad.threshold ?? detection.threshold,
    prefix_padding_ms: vad.prefixPaddingMs ?? detection.prefixPaddingMs,
    silence_duration_ms: silenceOf(vad, detection),
    ...ours,
  };
}

/** What is known of the provider's facts beyond what they say. */
export function vadBounds(asked: ProviderVad | undefined, detection: TurnDetection): VadBounds {
  const vad = vadOf(asked, detection);
  if (vad.type === 'semantic_vad') {
    const longestMs = LONGEST_MS[eagernessOf(vad)];
    return { paddingMs: SEMANTIC_PADDING_MS, silenceMs: 0, longestMs };
  }
  const silenceMs = silenceOf(vad, detection);
  const paddingMs = vad.prefixPaddingMs ?? detection.prefixPaddingMs;
  return { paddingMs, silenceMs, longestMs: silenceMs };
}

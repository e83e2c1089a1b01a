import { PCM16_24K } from './audio-format.ts';
import type {
  SemanticVad,
  ServerVad,
  SessionConfig,
  SessionPatch,
  TurnDetection,
  TurnDetectionPatch,
} from './session-config.ts';

/**
 * Silence that ends a turn under server_vad: the default the API documents. (The live API has
 * been seen to start sessions with 200, which cuts off slow speakers; callers may pass it.)
 */
export const DEFAULT_SILENCE_DURATION_MS = 500;

/** The members server_vad takes when the client leaves them out, as the API documents them. */
const SERVER_VAD: ServerVad = {
  type: 'server_vad',
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: DEFAULT_SILENCE_DURATION_MS,
  idleTimeoutMs: null,
  createResponse: true,
  interruptResponse: true,
};

/** The members semantic_vad takes when the client leaves them out, as the API documents them. */
const SEMANTIC_VAD: SemanticVad = {
  type: 'semantic_vad',
  eagerness: 'auto',
  createResponse: true,
  interruptResponse: true,
};

/**
 * The configuration a session starts with: server_vad, audio out, PCM16 at 24 kHz both ways, no
 * input transcription, everything else as the Realtime API documents it.
 */
export function defaultSessionConfig(options: {
  model: string;
  voice?: string;
  sessionType?: SessionConfig['sessionType'];
  silenceDurationMs?: number;
}): SessionConfig {
  return {
    sessionType: options.sessionType ?? 'realtime',
    model: options.model,
    instructions: '',
    outputModality: 'audio',
    voice: options.voice ?? 'marin',
    speed: 1,
    inputFormat: PCM16_24K,
    outputFormat: PCM16_24K,
    inputTranscription: null,
    noiseReduction: null,
    turnDetection: {
      ...SERVER_VAD,
      silenceDurationMs: options.silenceDurationMs ?? DEFAULT_SILENCE_DURATION_MS,
    },
    tools: [],
    toolChoice: 'auto',
    maxOutputTokens: 'inf',
    temperature: 0.8,
    tracing: null,
    truncation: 'auto',
    prompt: null,
    include: null,
    parallelToolCalls: null,
    reasoning: null,
  };
}

/** Members for which null is a setting of its own ("off") rather than a return to the default. */
const OFF_WHEN_NULL: ReadonlySet<string> = new Set<keyof SessionConfig>([
  'inputTranscription',
  'noiseReduction',
  'turnDetection',
  'tracing',
  'prompt',
  'include',
  'parallelToolCalls',
  'reasoning',
]);

function completeTurnDetection(
  patch: TurnDetectionPatch,
  standard: TurnDetection | null,
): TurnDetection {
  if (patch.type === 'server_vad') {
    return { ...(standard?.type === 'server_vad' ? standard : SERVER_VAD), ...patch };
  }
  return { ...(standard?.type === 'semantic_vad' ? standard : SEMANTIC_VAD), ...patch };
}

/**
 * The configuration after a session.update. Turn detection is replaced as a whole, its missing
 * members taken from the defaults, so that the outcome does not depend on earlier updates.
 */
export function applySessionPatch(
  config: SessionConfig,
  patch: SessionPatch,
  defaults: SessionConfig,
): SessionConfig {
  const changes: [string, unknown][] = [];
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key === 'turnDetection') continue;
    const isReset = value === null && !OFF_WHEN_NULL.has(key);
    changes.push([key, isReset ? defaults[key as keyof SessionConfig] : value]);
  }
  const next = { ...config, ...(Object.fromEntries(changes) as Partial<SessionConfig>) };
  if (patch.turnDetection === undefined) return next;
  next.turnDetection =
    patch.turnDetection === null
      ? null
      : completeTurnDetection(patch.turnDetection, defaults.turnDetection);
  return next;
}

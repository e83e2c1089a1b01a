import type { SessionConfig as WireConfig } from '@antiphon/protocol';
import type { TurnDetection } from '@antiphon/session';

type WireTurnDetection = NonNullable<WireConfig['turnDetection']>;
type Eagerness = Extract<WireTurnDetection, { type: 'semantic_vad' }>['eagerness'];

/**
 * Semantic detection asks how soon the agent may take the floor. Silence decides here too, and
 * eagerness says how much of it: a breath, an ordinary pause, or time to think.
 */
const SILENCE_MS_BY_EAGERNESS: Readonly<Record<Eagerness, number>> = {
  high: 300,
  medium: 500,
  auto: 500,
  low: 1_000,
};

/** Threshold and padding of `server_vad` where the client cannot set them. */
const SEMANTIC_THRESHOLD = 0.5;
const SEMANTIC_PADDING_MS = 300;

/** How the session listens, from what the client asked for. */
export function turnDetectionFromWire(
  detection: WireConfig['turnDetection'],
): TurnDetection | null {
  if (detection === null) return null;
  const { createResponse: createsResponse, interruptResponse: interruptsResponse } = detection;
  if (detection.type === 'server_vad') {
    const { threshold, prefixPaddingMs, silenceDurationMs } = detection;
    return {
      mode: 'vad',
      threshold,
      prefixPaddingMs,
      silenceDurationMs,
      createsResponse,
      interruptsResponse,
    };
  }
  return {
    mode: 'vad',
    threshold: SEMANTIC_THRESHOLD,
    prefixPaddingMs: SEMANTIC_PADDING_MS,
    silenceDurationMs: SILENCE_MS_BY_EAGERNESS[detection.eagerness],
    createsResponse,
    interruptsResponse,
  };
}

/** An agent's turn detection as the client sees it. */
export function turnDetectionToWire(detection: TurnDetection | null): WireConfig['turnDetection'] {
  if (detection === null) return null;
  return {
    type: 'server_vad',
    threshold: detection.threshold,
    prefixPaddingMs: detection.prefixPaddingMs,
    silenceDurationMs: detection.silenceDurationMs,
    idleTimeoutMs: null,
    createResponse: detection.createsResponse,
    interruptResponse: detection.interruptsResponse,
  };
}

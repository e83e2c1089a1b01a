import type { SessionConfig as WireConfig } from '@antiphon/protocol';
import type { TurnDetection } from '@antiphon/session';

type WireTurnDetection = NonNullable<WireConfig['turnDetection']>;
type Eagerness = Extract<WireTurnDetection, { type: 'semantic_vad' }>['eagerness'];

/** The longest silence of semantic detection by eagerness, as the Realtime API has it. */
const LONGEST_SILENCE_MS: Readonly<Record<Eagerness, number>> = {
  high: 2_000,
  medium: 4_000,
  auto: 4_000,
  low: 8_000,
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
    mode: 'semantic',
    threshold: SEMANTIC_THRESHOLD,
    prefixPaddingMs: SEMANTIC_PADDING_MS,
    silenceDurationMs: LONGEST_SILENCE_MS[detection.eagerness],
    createsResponse,
    interruptsResponse,
  };
}

/** An agent's turn detection as the client sees it. */
export function turnDetectionToWire(detection: TurnDetection | null): WireConfig['turnDetection'] {
  if (detection === null) return null;
  if (detection.mode === 'semantic') {
    return {
      type: 'semantic_vad',
      eagerness: eagernessOf(detection.silenceDurationMs),
      createResponse: detection.createsResponse,
      interruptResponse: detection.interruptsResponse,
    };
  }
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

function eagernessOf(longestSilenceMs: number): Eagerness {
  if (longestSilenceMs <= LONGEST_SILENCE_MS.high) return 'high';
  return longestSilenceMs <= LONGEST_SILENCE_MS.medium ? 'medium' : 'low';
}

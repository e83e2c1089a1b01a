import type { FeedBody, FeedEvent, SessionRow, TurnReport } from '@antiphon/observability';

/** A row of a session that lives, unless told otherwise. */
export function sampleRow(id: string, differs: Partial<SessionRow> = {}): SessionRow {
  return {
    id,
    agent: 'acme-support',
    leg: 'realtime',
    pipeline: 'embedded',
    state: { caller: 'silent', turn: 'listening', agentAudio: 'idle' },
    startedAtMs: Date.now() - 60_000,
    endedAtMs: null,
    endReason: null,
    turns: 0,
    tenant: null,
    lastTurn: null,
    openTools: [],
    bargeIns: 0,
    hasRecording: true,
    recordingFault: null,
    ...differs,
  };
}

/** Milliseconds of a turn's hops, in their order; null where the engine does not mark one. */
export type HopTimes = readonly [
  endpointing: number | null,
  inference: number | null,
  aggregation: number | null,
  synthesis: number | null,
  egress: number | null,
];

/** The report of a turn; what the hops leave unexplained is the fourth figure's rest. */
export function sampleReport(turn: number, times: HopTimes, unexplainedMs = 0): TurnReport {
  const [endpointing, inference, aggregation, synthesis, egress] = times;
  const wholeMs = times.reduce<number>((sum, ms) => sum + (ms ?? 0), unexplainedMs);
  const voiceEndAtMs = turn * 10_000;
  return {
    turn,
    itemId: `item_${turn}`,
    generationId: `gen_${turn}`,
    voiceEndAtMs,
    committedAtMs: voiceEndAtMs + (endpointing ?? 0),
    firstAudioAtMs: voiceEndAtMs + wholeMs,
    hops: { endpointing, wait: null, inference, aggregation, synthesis, egress },
    voiceToVoiceMs: wholeMs,
    postEndpointMs: wholeMs - (endpointing ?? 0),
    unexplainedMs,
  };
}

/** The feed of a session from what it says, a second apart, `seq` from 1. */
export function sampleEvents(
  sessionId: string,
  startedAtMs: number,
  bodies: readonly FeedBody[],
): readonly FeedEvent[] {
  return bodies.map((body, at) => ({
    seq: at + 1,
    sessionId,
    atMs: startedAtMs + at * 1000,
    ...body,
  }));
}

import type { TurnReport } from '@antiphon/observability';
import { HOPS } from '@antiphon/observability';
import { LATE_FRAME_MS } from '../frame-clock.ts';
import type { Ink } from '../ink.ts';
import { plainTable } from '../plain-table.ts';
import type { Scenario } from '../scenario.ts';
import type { Check } from './expectations.ts';
import type { PlacedCall } from './place-call.ts';

/** A call, what was expected of it, and where its recording is. */
export interface CallOutcome {
  readonly scenario: Scenario;
  readonly voice: string;
  readonly call: PlacedCall;
  readonly checks: readonly Check[];
  /** Path of the stereo recording. */
  readonly wavFile: string;
}

/** Whether everything that was expected came about. */
export function hasPassed({ checks }: CallOutcome): boolean {
  return checks.every(({ passed }) => passed);
}

/** The milliseconds of every turn of the agent, hop by hop, and of every interruption. */
export function latencyTable({ call: { record } }: CallOutcome): string {
  const rows = record.reports.map((report) => [
    `${report.turn}`,
    ...HOPS.map((hop) => ms(report.hops[hop])),
    ms(report.postEndpointMs),
    ms(report.voiceToVoiceMs),
  ]);
  const table = plainTable(['turn', ...HOPS, 'post-endpoint', 'voice to voice'], rows);
  const answers = record.spoken
    .filter(({ answeredAfterMs }) => answeredAfterMs !== null)
    .map(({ answeredAfterMs }) => ms(answeredAfterMs));
  const lines = [
    'Milliseconds from the caller’s last sound to the first audio of each answer, hop by hop:',
    table,
  ];
  if (answers.length > 0)
    lines.push(
      `At the caller, network and microphone included, answers began after ${answers.join(', ')} ms.`,
    );
  for (const { silencedAfterMs, playedMs } of record.interruptions) {
    const after =
      silencedAfterMs === null ? '' : `, ${ms(silencedAfterMs)} ms after the caller began`;
    lines.push(`Interrupted ${ms(playedMs)} ms into the item${after}.`);
  }
  if (record.lateFrames > 0) {
    lines.push(
      `${record.lateFrames} frames left the caller more than ${LATE_FRAME_MS} ms late: ` +
        `this machine was busy, and the figures are that much less certain.`,
    );
  }
  return lines.join('\n');
}

/** The last lines of a call: what failed, as a table, and the verdict. */
export function verdict(outcome: CallOutcome, ink: Ink): string {
  const { scenario, voice, checks, wavFile, call } = outcome;
  const failed = checks.filter(({ passed }) => !passed);
  const name = `${scenario.agent}/${scenario.name}, voice ${voice}`;
  const seconds = (call.durationMs / 1000).toFixed(1);
  const counts = `${checks.length - failed.length} of ${checks.length} checks, ${seconds} s`;
  const recording = ink.dim(`recording: ${wavFile}`);
  if (failed.length === 0) return `${ink.good('PASS')} ${name}: ${counts}\n${recording}`;
  const table = plainTable(
    ['what', 'expected', 'got'],
    failed.map(({ what, expected, got }) => [what, expected, got]),
  );
  return `${table}\n${ink.alarm('FAIL')} ${name}: ${counts}\n${recording}`;
}

/** Everything a program wants to know of a call, for JSON. */
export function callJson(outcome: CallOutcome): Record<string, unknown> {
  const { scenario, voice, call, checks, wavFile } = outcome;
  const { record } = call;
  return {
    passed: hasPassed(outcome),
    agent: scenario.agent,
    scenario: scenario.name,
    voice,
    sessionId: call.sessionId,
    durationMs: Math.round(call.durationMs),
    checks,
    agentTurns: record.agentTurns,
    callerLines: record.spoken,
    interruptions: record.interruptions,
    tools: record.tools,
    followUps: record.followUps,
    turnStates: record.turnStates,
    turns: record.reports satisfies readonly TurnReport[],
    handoff: record.handoff,
    endReason: record.endReason,
    errors: record.errors,
    lateFrames: record.lateFrames,
    wavFile,
  };
}

function ms(value: number | null): string {
  return value === null ? '–' : value.toFixed(0);
}

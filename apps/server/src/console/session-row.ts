import { turnBudgetMs } from '@antiphon/observability';
import type { SessionRow } from '@antiphon/observability';
import type { RecordedEvent } from '@antiphon/session';

/** What is known of a session when it begins. */
export type SessionMeta = Pick<
  SessionRow,
  'id' | 'tenant' | 'agent' | 'leg' | 'pipeline' | 'startedAtMs' | 'hasRecording'
>;

/** The row of a session that begins. */
export function firstRow(meta: SessionMeta): SessionRow {
  return {
    ...meta,
    state: { caller: 'silent', turn: 'listening', agentAudio: 'idle' },
    endedAtMs: null,
    endReason: null,
    turns: 0,
    lastTurn: null,
    openTools: [],
    bargeIns: 0,
    recordingFault: null,
  };
}

/** The row after an event; the same object where nothing of it changes. */
export function rowAfter(row: SessionRow, event: RecordedEvent): SessionRow {
  switch (event.type) {
    case 'state.changed':
      return { ...row, state: { ...row.state, [event.region]: event.to } };
    case 'turn.measured': {
      const { turn, itemId, voiceToVoiceMs, postEndpointMs } = event.report;
      // What is said after the first sound of an answer has no latency that a caller feels.
      if (itemId === null && row.lastTurn) return { ...row, turns: turn };
      const budgetMs = turnBudgetMs(event.report);
      return { ...row, turns: turn, lastTurn: { turn, voiceToVoiceMs, postEndpointMs, budgetMs } };
    }
    case 'bargeIn.decided':
      return event.verdict === 'cut' ? { ...row, bargeIns: row.bargeIns + 1 } : row;
    case 'tool.started':
      return { ...row, openTools: [...row.openTools, event.name] };
    case 'tool.settled': {
      const at = row.openTools.indexOf(event.name);
      return at < 0 ? row : { ...row, openTools: row.openTools.toSpliced(at, 1) };
    }
    case 'session.ended':
      return { ...row, endedAtMs: event.atMs, endReason: event.reason, openTools: [] };
    default:
      return row;
  }
}

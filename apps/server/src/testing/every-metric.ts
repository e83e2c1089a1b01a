import { HOPS } from '@antiphon/observability';
import type { TurnReport } from '@antiphon/observability';
import { ServerMetrics } from '../server-metrics.ts';

const TURN: TurnReport = {
  turn: 1,
  itemId: 'item_1',
  generationId: 'gen_1',
  voiceEndAtMs: 0,
  committedAtMs: 1,
  firstAudioAtMs: 5,
  hops: { endpointing: 1, wait: 1, inference: 1, aggregation: 1, synthesis: 1, egress: 1 },
  voiceToVoiceMs: HOPS.length,
  postEndpointMs: 4,
  unexplainedMs: 0,
};

/** What `/metrics` says once everything that a server counts has happened. */
export async function everyMetric(): Promise<string> {
  const metrics = new ServerMetrics({ sessions: () => new Map([['acme', 1]]) });
  const { sessions, tools } = metrics;
  const session = { agent: 'acme', pipeline: 'embedded', leg: 'realtime' } as const;
  sessions.turn(session, TURN);
  sessions.bargeIn(session, 'cut');
  sessions.bargeInReacted(session, 'silenced', 1);
  sessions.bargeInOvershot(session, 1);
  sessions.deadAir(session);
  sessions.speechEdited(session, 'markup');
  sessions.roundTrip(1);
  sessions.escalated(session);
  sessions.violated(session, 'noDeadAir');
  sessions.engineFailed(session, 'timeout');
  sessions.rejected('full');
  sessions.ended(session, { reason: 'callerLeft', durationMs: 1 });
  const tool = { agent: 'acme', tool: 'lookup' };
  tools.settled({ ...tool, outcome: 'result', durationMs: 1 });
  tools.queueWaited(tool, 1);
  tools.covered(tool);
  tools.overdue(tool);
  tools.followUp(tool, 'sent');
  tools.consentDecided(tool, 'confirmed');
  const text = await metrics.text();
  await metrics.close();
  return text;
}

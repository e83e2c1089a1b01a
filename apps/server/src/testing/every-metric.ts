import { HOPS } from '@antiphon/observability';
import type { HopBudgets, TurnReport } from '@antiphon/observability';
import { ServerMetrics } from '../server-metrics.ts';
import { METRIC_VALUES } from './metric-values.ts';

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

const NOTHING: HopBudgets = {
  endpointing: 0,
  wait: 0,
  inference: 0,
  aggregation: 0,
  synthesis: 0,
  egress: 0,
};

/** What `/metrics` says once everything that a server counts has happened. */
export async function everyMetric(): Promise<string> {
  const metrics = new ServerMetrics({
    sessions: () => new Map([['acme', 1]]),
    waitingJobs: () => Promise.resolve(1),
    providers: () =>
      METRIC_VALUES.services.map((service) => ({ service, name: 'openai gpt', state: 'open' })),
  });
  const values = METRIC_VALUES;
  const { sessions, tools, recordings, analyses } = metrics;
  const [leg = 'realtime'] = values.legs;
  const session = { agent: 'acme', pipeline: 'embedded', leg, codec: 'pcm16' };
  for (const codec of values.codecs) sessions.turn({ ...session, codec }, TURN);
  // Each hop takes longer than nothing.
  sessions.turn(session, { ...TURN, budgetsMs: NOTHING });
  for (const outcome of values.bargeInOutcomes) sessions.bargeIn(session, outcome);
  for (const stage of values.bargeInStages) sessions.bargeInReacted(session, stage, 1);
  sessions.bargeInOvershot(session, 1);
  sessions.deadAir(session);
  for (const edit of values.edits) sessions.speechEdited(session, edit);
  sessions.answerCovered(session);
  sessions.roundTrip(1);
  for (const reason of values.escalations) {
    sessions.escalated(session, { reason, tool: reason === 'asked' ? null : 'lookup' });
  }
  sessions.violated(session, 'noDeadAir');
  sessions.engineFailed(session, 'timeout');
  for (const service of values.services) {
    for (const why of values.failovers) {
      sessions.failedOver(session, { service, from: 'openai gpt', why });
    }
  }
  for (const reason of values.rejections) sessions.rejected(reason);
  for (const isRemarkable of [true, false]) metrics.traces.leftOut(isRemarkable);
  for (const reason of values.endReasons) sessions.ended(session, { reason, durationMs: 1 });
  for (const operation of values.operations) {
    const used = {
      operation,
      provider: 'openai',
      model: 'gpt',
      inputTextTokens: 2,
      inputAudioTokens: 2,
      outputTextTokens: 1,
      outputAudioTokens: 1,
      cachedTextTokens: 1,
      cachedAudioTokens: 1,
      audioMs: 1,
      characters: 1,
      dollars: 1,
      durationMs: 1,
    };
    for (const errorCode of [null, 'timeout']) metrics.usage.used(session, { ...used, errorCode });
  }
  const tool = { agent: 'acme', tool: 'lookup' };
  for (const outcome of values.outcomes) tools.settled({ ...tool, outcome, durationMs: 1 });
  tools.queueWaited(tool, 1);
  tools.covered(tool);
  tools.overdue(tool);
  for (const state of values.followUps) tools.followUp(tool, state);
  for (const verdict of values.verdicts) tools.consentDecided(tool, verdict);
  for (const kind of values.appends) recordings.appended(kind, 1);
  for (const outcome of values.analyses) analyses.ended({ outcome, durationMs: 1 });
  metrics.pacing.late(1);
  recordings.faulted('disk_full');
  recordings.lost({ bytes: 2, isFirst: true });
  const text = await metrics.text();
  await metrics.close();
  return text;
}

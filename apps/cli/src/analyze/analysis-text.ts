import type { CallAnalysis } from '@antiphon/observability';
import type { Ink } from '../ink.ts';
import { plainTable } from '../plain-table.ts';

/** An analysis for people: what came of the call, its scores, and what is worth knowing. */
export function analysisText(analysis: CallAnalysis, ink: Ink): string {
  const { sessionId, agent, callMs, analyst, rubric, usage } = analysis;
  const { summary, resolution, overall, scores, notes } = analysis;
  const who = `${analyst.provider}, ${analyst.answeredBy ?? analyst.model}`;
  const cost = usage ? ` · ${usage.inputTokens} tokens in, ${usage.outputTokens} out` : '';
  const about = [sessionId, ...(agent === null ? [] : [agent]), clock(callMs)].join(' · ');
  const tone =
    resolution === 'resolved' ? ink.good : resolution === 'unresolved' ? ink.alarm : null;
  const rows = scores.map(({ dimension, score, reason, moments }) => [
    dimension,
    score === null ? '–' : String(score),
    reason,
    moments.map(({ atMs, quote }) => `${instant(atMs)}“${quote}”`).join('\n'),
  ]);
  const lines = [
    `${about} · ${tone ? tone(resolution) : resolution}`,
    summary,
    '',
    plainTable(['dimension', 'score', 'why', 'moments'], rows),
    `overall ${overall === null ? '–' : `${overall.toFixed(1)} of 5`}`,
    ...(notes.length === 0 ? [] : ['']),
    ...notes.map(({ atMs, kind, text }) => {
      const mark = kind === 'good' ? ink.good('+') : ink.alarm('-');
      return `${mark} ${instant(atMs)}${text}`;
    }),
    '',
    ink.dim(`by ${who}, rubric ${rubric.name}${cost}`),
  ];
  return `${lines.join('\n')}\n`;
}

function instant(atMs: number | null): string {
  return atMs === null ? '' : `${clock(atMs)} `;
}

/** `75_000` as `1:15`. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

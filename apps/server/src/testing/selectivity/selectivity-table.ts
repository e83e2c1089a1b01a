import { CLIP_KINDS, wantsFloor } from './clip.ts';
import type { LegKind, SelectivityOutcome } from './selectivity-trial.ts';

const COLUMNS = [
  'clips',
  'count',
  'yielded',
  'ignored',
  'agent stopped ms, median / p95',
  'verdict ms, median / max',
  'agent speaks on ms, median / max',
] as const;

/** Whether the floor went where it belongs. */
export function isRight({ clip, yielded }: SelectivityOutcome): boolean {
  return yielded === wantsFloor(clip.kind);
}

/** The outcomes on one kind of leg as a table in markdown, with the misses by name. */
export function selectivityTable(leg: LegKind, outcomes: readonly SelectivityOutcome[]): string {
  const rows = CLIP_KINDS.map((kind) => {
    const of = outcomes.filter(({ clip }) => clip.kind === kind);
    const yielded = of.filter((outcome) => outcome.yielded);
    const onsets = of.map(({ onsetMs }) => onsetMs);
    const verdicts = of.map(({ verdictMs }) => verdictMs);
    const resumed = of.filter((outcome) => !outcome.yielded).map(({ resumedMs }) => resumedMs);
    return [
      kind,
      `${of.length}`,
      `${yielded.length}`,
      `${of.length - yielded.length}`,
      medianAnd(0.95, onsets),
      medianAnd(1, verdicts),
      medianAnd(1, resumed),
    ];
  });
  const misses = outcomes
    .filter((outcome) => !isRight(outcome))
    .map(({ clip, heard }) => `- ${clip.kind}: ${clip.name}, heard as "${heard.join('", "')}"`);
  return [
    `${leg} legs`,
    ...[[...COLUMNS], COLUMNS.map(() => '-'), ...rows].map((row) => `| ${row.join(' | ')} |`),
    misses.length > 0 ? `missed:\n${misses.join('\n')}` : 'missed: none',
  ].join('\n');
}

function medianAnd(share: number, values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  if (known.length === 0) return '—';
  const at = (part: number) => Math.round(known[Math.ceil(part * known.length) - 1]!);
  return `${at(0.5)} / ${at(share)}`;
}

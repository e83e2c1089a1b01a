import { describe, expect, it } from 'vitest';
import type { GenerationKind } from './ports/session-event.ts';
import {
  TRUNCATION_LEGS,
  tryTruncation,
  type TruncationCase,
  type TruncationLeg,
  type TruncationResult,
  type TruncationStyle,
} from './testing/truncation-trial.ts';

const LEGS = Object.keys(TRUNCATION_LEGS) as TruncationLeg[];

/**
 * A resumption is interrupted as an answer is, a failed e-mail as a wait; a listening noise is a word,
 * said while nobody has a turn; a call has no words.
 */
type Spoken = Exclude<GenerationKind, 'resumption' | 'backchannel' | 'call' | 'emailFailed'>;

const INTERRUPTIBLE: readonly TruncationStyle[] = ['once', 'twice', 'again', 'hangUp'];

/** A farewell may not be interrupted by speech: only the caller who hangs up ends it early. */
const STYLES: Readonly<Record<Spoken, readonly TruncationStyle[]>> = {
  answer: INTERRUPTIBLE,
  greeting: INTERRUPTIBLE,
  cover: INTERRUPTIBLE,
  progress: INTERRUPTIBLE,
  readBack: INTERRUPTIBLE,
  offer: INTERRUPTIBLE,
  addressCheck: INTERRUPTIBLE,
  addressAsk: INTERRUPTIBLE,
  staying: INTERRUPTIBLE,
  apology: INTERRUPTIBLE,
  farewell: ['hangUp'],
};

/** Cases of each leg, kind of speech and style. */
const SEEDS = 8;

/** What a device plays later than we think is in the recording all the same. */
const RECORDING_TOLERANCE_MS = 100;

function casesOf(leg: TruncationLeg, isTimed: boolean): TruncationCase[] {
  const kinds = Object.keys(STYLES) as Spoken[];
  const cases = kinds.flatMap((kind) =>
    STYLES[kind].map((style): Omit<TruncationCase, 'seed'> => ({ leg, kind, style, isTimed })),
  );
  return cases.flatMap((one, index) =>
    Array.from({ length: SEEDS }, (_, seed) => ({ ...one, seed: index * SEEDS + seed + 1 })),
  );
}

interface Counts {
  items: number;
  exact: number;
  over: number;
  under: number;
  readonly disagreements: string[];
}

/** Plays all cases of a leg; `faultOf` names what is wrong with a result, if anything is. */
function sweep(
  cases: readonly TruncationCase[],
  faultOf: (result: TruncationResult, one: TruncationCase) => string | undefined,
): Counts {
  const counts: Counts = { items: 0, exact: 0, over: 0, under: 0, disagreements: [] };
  for (const one of cases) {
    for (const result of tryTruncation(one)) {
      const surplus = countOf(result.inHistory) - countOf(result.expected);
      counts.items += 1;
      if (result.inHistory === result.expected) counts.exact += 1;
      if (surplus > 0) counts.over += 1;
      if (surplus < 0) counts.under += 1;
      const fault = faultOf(result, one);
      if (fault) counts.disagreements.push(`${fault}: ${JSON.stringify({ ...one, ...result })}`);
    }
  }
  return counts;
}

/** Where engine, event and recording differ from the item. */
function differenceFromItem(result: TruncationResult, { style }: TruncationCase) {
  const { inHistory, forEngine, told, written, lostMs, recordedMs, playedMs } = result;
  if (style !== 'hangUp' && forEngine !== inHistory) return 'the engine sees other words';
  if (told?.heard !== inHistory) return 'other words are told';
  if (`${told?.heard} ${told?.unheard}`.trim() !== written) return 'words were lost';
  if (lostMs > 1) return 'audio was lost';
  if (Math.abs(recordedMs - playedMs) > RECORDING_TOLERANCE_MS) return 'the recording differs';
  return undefined;
}

const countOf = (text: string | null): number => (text ?? '').split(' ').filter(Boolean).length;

function print(what: string, { items, exact, over, under }: Counts): void {
  const counts = `${exact} word-exact, ${over} over-claims, ${under} under-claims`;
  process.stdout.write(`truncation, ${what}: ${items} interrupted items, ${counts}\n`);
}

describe('what remains of interrupted speech', { timeout: 60_000 }, () => {
  it.each(LEGS)('is what was played, to the word and wherever one looks (%s)', (leg) => {
    const counts = sweep(casesOf(leg, true), (result, one) =>
      result.inHistory === result.expected
        ? differenceFromItem(result, one)
        : 'not what was played',
    );
    print(leg, counts);
    expect(counts.disagreements).toEqual([]);
    expect(counts.exact).toBeGreaterThanOrEqual(400);
  });

  it.each(LEGS)('claims nothing that was not played where words have no times (%s)', (leg) => {
    const counts = sweep(casesOf(leg, false), (result, one) => {
      const isPrefix = result.written.startsWith(result.inHistory ?? '?');
      const isPlayed = countOf(result.inHistory) <= countOf(result.expected);
      return isPrefix && isPlayed ? differenceFromItem(result, one) : 'not what was played';
    });
    print(`${leg}, without word times`, counts);
    expect(counts.disagreements).toEqual([]);
    expect(counts.items).toBeGreaterThanOrEqual(136);
  });
});

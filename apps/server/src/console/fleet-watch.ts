import { DEFAULT_HOP_BUDGETS_MS, HOPS, turnBudgetMs } from '@antiphon/observability';
import type { Fleet, Hop, HopBudgets, Spread, TurnReport } from '@antiphon/observability';
import type { Clock, ControlChannel, SessionEvent } from '@antiphon/session';
import { FleetCounts } from './fleet-counts.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Beyond this many turns an hour the oldest are forgotten; sorting as many takes milliseconds. */
const MOST_TURNS = 10_000;

const SLOWEST = 20;

/** An answer for everybody who asks within this time. */
const FRESH_MS = 2_000;

/** What the turns and tools tell. */
type TurnsFleet = Omit<Fleet, 'workers' | 'queue'>;

interface NotedTurn {
  readonly sessionId: string;
  readonly agent: string;
  readonly atMs: number;
  readonly report: TurnReport;
  traceId: string | null;
}

/** Gathers what the turns and tools of all sessions of this server tell, for an hour. */
export class FleetWatch {
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #turns: NotedTurn[] = [];
  /** The same turns by session and turn. */
  readonly #turnsByName = new Map<string, NotedTurn>();
  readonly #counts = new FleetCounts();
  #answer: { readonly atMs: number; readonly fleet: TurnsFleet } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAtMs = clock.now();
  }

  /** What listens to a session of this agent. */
  open(sessionId: string, agent: string): ControlChannel {
    return { attach: () => {}, notify: (event) => this.#note(event, sessionId, agent) };
  }

  /** A turn that was told is traced under this id, which may be known long after it. */
  traced(sessionId: string, turn: number, traceId: string): void {
    const noted = this.#turnsByName.get(nameOf(sessionId, turn));
    if (noted) noted.traceId = traceId;
  }

  fleet(): TurnsFleet {
    const now = this.#clock.now();
    if (this.#answer === null || now - this.#answer.atMs > FRESH_MS) {
      this.#answer = { atMs: now, fleet: this.#gather(now) };
    }
    return this.#answer.fleet;
  }

  #note(event: SessionEvent, sessionId: string, agent: string): void {
    this.#counts.note(event, agent);
    // Greetings answer nobody.
    if (event.type !== 'turn.measured' || event.report.itemId === null) return;
    const { atMs, report } = event;
    const turn: NotedTurn = { sessionId, agent, atMs, report, traceId: null };
    this.#turns.push(turn);
    this.#turnsByName.set(nameOf(sessionId, report.turn), turn);
    if (this.#turns.length > MOST_TURNS) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#turns.shift();
    if (!oldest) return;
    const name = nameOf(oldest.sessionId, oldest.report.turn);
    if (this.#turnsByName.get(name) === oldest) this.#turnsByName.delete(name);
  }

  #gather(now: number): TurnsFleet {
    const sinceMs = Math.max(this.#startedAtMs, now - HOUR_MS);
    while (this.#turns[0] && this.#turns[0].atMs < sinceMs) this.#forgetOldest();
    const minutes = new Map<number, NotedTurn[]>();
    for (const turn of this.#turns) {
      const minute = Math.floor(turn.atMs / MINUTE_MS) * MINUTE_MS;
      const others = minutes.get(minute);
      if (others) others.push(turn);
      else minutes.set(minute, [turn]);
    }
    return {
      sinceMs,
      turns: this.#turns.length,
      hops: spreads(this.#turns),
      minutes: [...minutes].map(([atMs, turns]) => ({
        atMs,
        turns: turns.length,
        hops: spreads(turns),
      })),
      budgetsMs: budgetsOf(this.#turns),
      slowest: slowestOf(this.#turns),
      ...this.#counts.since(sinceMs),
    };
  }
}

function nameOf(sessionId: string, turn: number): string {
  return `${sessionId} ${turn}`;
}

function spreads(turns: readonly NotedTurn[]): Fleet['hops'] {
  const of = (read: (report: TurnReport) => number | null) =>
    spreadOf(turns.flatMap(({ report }) => read(report) ?? []));
  const hops = Object.fromEntries(HOPS.map((hop) => [hop, of((report) => report.hops[hop])]));
  return {
    ...(hops as Record<(typeof HOPS)[number], Spread | null>),
    voiceToVoice: of((report) => report.voiceToVoiceMs),
    postEndpoint: of((report) => report.postEndpointMs),
  };
}

/** The most that any of these turns may take; the usual where there are none. */
function budgetsOf(turns: readonly NotedTurn[]): Fleet['budgetsMs'] {
  const told = turns.map(({ report }) => report.budgetsMs ?? DEFAULT_HOP_BUDGETS_MS);
  const budgets = told.length === 0 ? [DEFAULT_HOP_BUDGETS_MS] : told;
  const most = (of: (budget: HopBudgets) => number) =>
    budgets.reduce((sofar, budget) => Math.max(sofar, of(budget)), 0);
  const whole = (budget: HopBudgets) =>
    HOPS.reduce((sum, hop) => (hop === 'wait' ? sum : sum + budget[hop]), 0);
  const hops = Object.fromEntries(HOPS.map((hop) => [hop, most((budget) => budget[hop])]));
  return { ...(hops as Record<Hop, number>), voiceToVoice: most(whole) };
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).toSorted();
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
  return { p50: at(0.5), p95: at(0.95) };
}

function slowestOf(turns: readonly NotedTurn[]): Fleet['slowest'] {
  return turns
    .flatMap(({ sessionId, agent, atMs, traceId, report }) => {
      const { turn, voiceToVoiceMs } = report;
      if (voiceToVoiceMs === null) return [];
      const budgetMs = turnBudgetMs(report);
      return [{ sessionId, agent, turn, atMs, voiceToVoiceMs, budgetMs, traceId }];
    })
    .toSorted((a, b) => b.voiceToVoiceMs - a.voiceToVoiceMs)
    .slice(0, SLOWEST);
}

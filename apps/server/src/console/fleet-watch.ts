import { DEFAULT_HOP_BUDGETS_MS, HOPS, turnBudgetMs } from '@antiphon/observability';
import type { Fleet, Hop, HopBudgets, Spread, TurnReport } from '@antiphon/observability';
import type { Clock, ControlChannel, SessionEvent } from '@antiphon/session';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Beyond this many turns an hour the oldest are forgotten; sorting as many takes milliseconds. */
const MOST_TURNS = 10_000;

const SLOWEST = 20;

/** An answer for everybody who asks within this time. */
const FRESH_MS = 2_000;

interface NotedTurn {
  readonly sessionId: string;
  readonly agent: string;
  readonly atMs: number;
  readonly report: TurnReport;
  traceId: string | null;
}

type ToolCounts = { -readonly [Key in keyof Fleet['tools'][number]]: Fleet['tools'][number][Key] };

/** Gathers what the turns and tools of all sessions of this server tell, for an hour. */
export class FleetWatch {
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #turns: NotedTurn[] = [];
  /** The latest turn of each session that lives. */
  readonly #latest = new Map<string, NotedTurn>();
  readonly #tools = new Map<string, ToolCounts>();
  readonly #bargeIns = { cut: 0, falseAlarm: 0 };
  #answer: { readonly atMs: number; readonly fleet: Omit<Fleet, 'workers'> } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAtMs = clock.now();
  }

  /** What listens to a session of this agent. */
  open(sessionId: string, agent: string): ControlChannel {
    return { attach: () => {}, notify: (event) => this.#note(event, sessionId, agent) };
  }

  /** The turn that a session told last is traced under this id. */
  traced(sessionId: string, turn: number, traceId: string): void {
    const latest = this.#latest.get(sessionId);
    if (latest?.report.turn === turn) latest.traceId = traceId;
  }

  fleet(workers: Fleet['workers']): Fleet {
    const now = this.#clock.now();
    if (this.#answer === null || now - this.#answer.atMs > FRESH_MS) {
      this.#answer = { atMs: now, fleet: this.#gather(now) };
    }
    return { ...this.#answer.fleet, workers };
  }

  #note(event: SessionEvent, sessionId: string, agent: string): void {
    switch (event.type) {
      case 'turn.measured': {
        // Greetings answer nobody.
        if (event.report.itemId === null) return;
        const { atMs, report } = event;
        const turn: NotedTurn = { sessionId, agent, atMs, report, traceId: null };
        this.#turns.push(turn);
        this.#latest.set(sessionId, turn);
        if (this.#turns.length > MOST_TURNS) this.#turns.shift();
        return;
      }
      case 'session.ended':
        this.#latest.delete(sessionId);
        return;
      case 'bargeIn.decided':
        this.#bargeIns[event.verdict] += 1;
        return;
      case 'tool.settled': {
        const tool = this.#toolOf(agent, event.name);
        tool.calls += 1;
        if (event.outcome === 'deferred') tool.byEmail += 1;
        else if (event.outcome !== 'result' && event.outcome !== 'declined') tool.failed += 1;
        return;
      }
      case 'tool.overdue':
        this.#toolOf(agent, event.name).overdue += 1;
        return;
      case 'handoff.requested':
        this.#toolOf(agent, 'transfer_to_human').handedOff += 1;
        return;
      default:
    }
  }

  /** Tools that a client declares are told apart up to a bound. */
  #toolOf(agent: string, name: string): ToolCounts {
    const key = `${agent}/${name}`;
    const known = this.#tools.get(key);
    if (known) return known;
    const isFull = this.#tools.size >= 500;
    const tool = isFull ? 'others' : name;
    const counts = { agent, tool, calls: 0, failed: 0, overdue: 0, byEmail: 0, handedOff: 0 };
    this.#tools.set(isFull ? `${agent}/others` : key, counts);
    return counts;
  }

  #gather(now: number): Omit<Fleet, 'workers'> {
    const sinceMs = Math.max(this.#startedAtMs, now - HOUR_MS);
    while (this.#turns[0] && this.#turns[0].atMs < sinceMs) this.#turns.shift();
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
      tools: [...this.#tools.values()].map((counts) => ({ ...counts })),
      bargeIns: { ...this.#bargeIns },
    };
  }
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

import type { Fleet } from '@antiphon/observability';
import type { HandOffReason, SessionEvent } from '@antiphon/session';

const MINUTE_MS = 60_000;

/** Minutes that are kept while nobody asks: an hour, which begins within one of them. */
const MOST_MINUTES = 61;

/** Tools that a client declares are told apart up to a bound. */
const MOST_TOOLS = 500;

type ToolCounts = { -readonly [Key in keyof Fleet['tools'][number]]: Fleet['tools'][number][Key] };

interface Minute {
  readonly tools: Map<string, ToolCounts>;
  readonly bargeIns: { cut: number; falseAlarm: number };
  readonly handOffs: Map<HandOffReason, number>;
}

/** Counts of tools, barge-ins and handoffs, minute by minute, so that those of old minutes go. */
export class FleetCounts {
  readonly #minutes = new Map<number, Minute>();

  note(event: SessionEvent, agent: string): void {
    switch (event.type) {
      case 'bargeIn.decided':
        this.#minuteOf(event.atMs).bargeIns[event.verdict] += 1;
        return;
      case 'tool.settled': {
        const tool = this.#toolOf(event.atMs, agent, event.name);
        tool.calls += 1;
        if (event.outcome === 'deferred') tool.byEmail += 1;
        else if (event.outcome !== 'result' && event.outcome !== 'declined') tool.failed += 1;
        return;
      }
      case 'tool.overdue':
        this.#toolOf(event.atMs, agent, event.name).overdue += 1;
        return;
      case 'handoff.requested': {
        const { reason = 'asked', tool = null } = event.cause ?? {};
        const { handOffs } = this.#minuteOf(event.atMs);
        handOffs.set(reason, (handOffs.get(reason) ?? 0) + 1);
        if (tool !== null) this.#toolOf(event.atMs, agent, tool).handedOff += 1;
        return;
      }
      default:
    }
  }

  /** Everything since the minute of that instant; what was before is forgotten. */
  since(atMs: number): Pick<Fleet, 'tools' | 'bargeIns' | 'handOffs'> {
    const tools = new Map<string, ToolCounts>();
    const bargeIns = { cut: 0, falseAlarm: 0 };
    const handOffs = new Map<HandOffReason, number>();
    for (const [startMs, minute] of this.#minutes) {
      if (startMs < startOf(atMs)) {
        this.#minutes.delete(startMs);
        continue;
      }
      for (const counts of minute.tools.values()) addTo(tools, counts);
      bargeIns.cut += minute.bargeIns.cut;
      bargeIns.falseAlarm += minute.bargeIns.falseAlarm;
      for (const [reason, count] of minute.handOffs) {
        handOffs.set(reason, (handOffs.get(reason) ?? 0) + count);
      }
    }
    return {
      tools: [...tools.values()],
      bargeIns,
      handOffs: [...handOffs].map(([reason, count]) => ({ reason, count })),
    };
  }

  #minuteOf(atMs: number): Minute {
    const startMs = startOf(atMs);
    let minute = this.#minutes.get(startMs);
    if (!minute) {
      minute = { tools: new Map(), bargeIns: { cut: 0, falseAlarm: 0 }, handOffs: new Map() };
      this.#minutes.set(startMs, minute);
      for (const oldest of this.#minutes.keys()) {
        if (this.#minutes.size <= MOST_MINUTES) break;
        this.#minutes.delete(oldest);
      }
    }
    return minute;
  }

  #toolOf(atMs: number, agent: string, tool: string): ToolCounts {
    return countsOf(this.#minuteOf(atMs).tools, agent, tool);
  }
}

function startOf(atMs: number): number {
  return Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
}

function countsOf(tools: Map<string, ToolCounts>, agent: string, name: string): ToolCounts {
  const known = tools.get(`${agent}/${name}`);
  if (known) return known;
  const tool = tools.size < MOST_TOOLS ? name : 'others';
  const others = tools.get(`${agent}/${tool}`);
  if (others) return others;
  const counts = { agent, tool, calls: 0, failed: 0, overdue: 0, byEmail: 0, handedOff: 0 };
  tools.set(`${agent}/${tool}`, counts);
  return counts;
}

function addTo(tools: Map<string, ToolCounts>, counts: ToolCounts): void {
  const sum = countsOf(tools, counts.agent, counts.tool);
  sum.calls += counts.calls;
  sum.failed += counts.failed;
  sum.overdue += counts.overdue;
  sum.byEmail += counts.byEmail;
  sum.handedOff += counts.handedOff;
}

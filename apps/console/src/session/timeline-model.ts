import type { FeedEvent } from '@antiphon/observability';

/** A region's stay in one state. Instants are milliseconds since the session began. */
export interface Stay {
  readonly state: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A tool call on the timeline. */
export interface ToolBar {
  readonly callId: string;
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Null while it is waited for. */
  readonly outcome: string | null;
  readonly marks: readonly { readonly atMs: number; readonly what: string }[];
  /** Where it stands among those that run at the same time, from 0, of so many. */
  readonly row: number;
  readonly rows: number;
}

/** Something that was said. */
export interface Line {
  readonly itemId: string;
  readonly speaker: 'caller' | 'agent' | 'system';
  readonly atMs: number;
  readonly text: string;
  /** What was written after it and not heard. */
  readonly unheard: string;
  /** The words may still change. */
  readonly isOpen: boolean;
}

/** A session laid along one axis of time. */
export interface Timeline {
  readonly lengthMs: number;
  readonly lanes: Readonly<Record<'caller' | 'turn' | 'agentAudio', readonly Stay[]>>;
  readonly tools: readonly ToolBar[];
  readonly lines: readonly Line[];
  readonly turns: readonly {
    readonly turn: number;
    readonly atMs: number;
    readonly latencyMs: number | null;
  }[];
  readonly bargeIns: readonly { readonly atMs: number; readonly verdict: 'cut' | 'falseAlarm' }[];
  /** What went wrong, and what was done to the words of a model. */
  readonly notes: readonly {
    readonly atMs: number;
    readonly kind: 'fault' | 'edit';
    readonly what: string;
  }[];
}

type Region = keyof Timeline['lanes'];
const REGIONS: readonly Region[] = ['caller', 'turn', 'agentAudio'];

const MARKS: Readonly<Partial<Record<FeedEvent['type'], string>>> = {
  'tool.covered': 'covered',
  'tool.overdue': 'overdue',
  'consent.asked': 'consent asked',
  'consent.decided': 'consent decided',
  'followUp.offered': 'e-mail offered',
  'followUp.promised': 'e-mail promised',
  'followUp.declined': 'e-mail declined',
  followUp: 'e-mail',
};

/** Lays a session's events along its time, up to `endAtMs` where it still goes on. */
export function timelineOf(
  events: readonly FeedEvent[],
  { startAtMs, endAtMs }: { readonly startAtMs: number; readonly endAtMs: number },
): Timeline {
  const lengthMs = Math.max(1, endAtMs - startAtMs);
  const at = (event: FeedEvent) => event.atMs - startAtMs;
  return {
    lengthMs,
    lanes: lanesOf(events, at, lengthMs),
    tools: toolsOf(events, at, lengthMs),
    lines: linesOf(events, at),
    turns: events.flatMap((event) =>
      event.type === 'turn'
        ? [{ turn: event.report.turn, atMs: at(event), latencyMs: event.report.voiceToVoiceMs }]
        : [],
    ),
    bargeIns: events.flatMap((event) =>
      event.type === 'bargeIn' ? [{ atMs: at(event), verdict: event.verdict }] : [],
    ),
    notes: events.flatMap((event) => noteOf(event, at)),
  };
}

type Instant = (event: FeedEvent) => number;

function noteOf(event: FeedEvent, at: Instant): Timeline['notes'] {
  if (event.type === 'fault') {
    return [{ atMs: at(event), kind: 'fault', what: `${event.code}: ${event.message}` }];
  }
  if (event.type === 'agent.covered') {
    return [{ atMs: at(event), kind: 'edit', what: 'covered: the answer is long in coming' }];
  }
  if (event.type === 'provider') {
    const { service, from, to, why, code } = event;
    const what = `${service}: ${to} in place of ${from} (${code ?? why})`;
    return [{ atMs: at(event), kind: 'fault', what }];
  }
  if (event.type !== 'agent.edited') return [];
  return [
    { atMs: at(event), kind: 'edit', what: `changed for the ear: ${event.edits.join(', ')}` },
  ];
}

function lanesOf(events: readonly FeedEvent[], at: Instant, lengthMs: number): Timeline['lanes'] {
  const [first] = events;
  const isFromStart = first === undefined || first.seq === 1;
  const firstMs = first === undefined ? 0 : at(first);
  const lanes: Record<Region, Stay[]> = { caller: [], turn: [], agentAudio: [] };
  const moves = events.filter((event) => event.type === 'state');
  for (const region of REGIONS) {
    const own = moves.filter((event) => event.region === region);
    // What was before the first event that is kept is not known.
    let fromMs = isFromStart ? 0 : firstMs;
    for (const move of own) {
      lanes[region].push({ state: move.from, fromMs, toMs: at(move) });
      fromMs = at(move);
    }
    const state = own.at(-1)?.to;
    if (state !== undefined)
      lanes[region].push({ state, fromMs, toMs: Math.max(fromMs, lengthMs) });
  }
  return lanes;
}

function toolsOf(events: readonly FeedEvent[], at: Instant, lengthMs: number): ToolBar[] {
  const bars = new Map<string, ToolBar>();
  for (const event of events) {
    if (event.type === 'tool.started') {
      const { callId, name } = event;
      const blank = { outcome: null, marks: [], row: 0, rows: 1 };
      bars.set(callId, { callId, name, fromMs: at(event), toMs: lengthMs, ...blank });
      continue;
    }
    const what = MARKS[event.type];
    const bar = 'callId' in event ? bars.get(event.callId) : undefined;
    if (!bar) continue;
    if (what !== undefined) {
      const told = toldOf(event) ?? what;
      bars.set(bar.callId, { ...bar, marks: [...bar.marks, { atMs: at(event), what: told }] });
    } else if (event.type === 'tool.settled') {
      bars.set(bar.callId, { ...bar, toMs: at(event), outcome: event.outcome });
    }
  }
  return inRows([...bars.values()]);
}

/** What a mark says beyond its kind. */
function toldOf(event: FeedEvent): string | null {
  if (event.type === 'consent.decided') return `consent ${event.verdict}`;
  return event.type === 'followUp' ? `e-mail ${event.state}` : null;
}

/** Gives each the first row that is free when it starts. */
function inRows(bars: readonly ToolBar[]): ToolBar[] {
  const freeAtMs: number[] = [];
  const placed = bars.map((bar) => {
    const free = freeAtMs.findIndex((atMs) => atMs <= bar.fromMs);
    const row = free < 0 ? freeAtMs.length : free;
    freeAtMs[row] = bar.toMs;
    return { ...bar, row };
  });
  return placed.map((bar) => ({ ...bar, rows: freeAtMs.length }));
}

function linesOf(events: readonly FeedEvent[], at: Instant): Line[] {
  const lines = new Map<string, Line>();
  const change = (event: FeedEvent, itemId: string, part: Partial<Line>) => {
    const known = lines.get(itemId);
    const fresh = {
      itemId,
      speaker: 'agent',
      atMs: at(event),
      text: '',
      unheard: '',
      isOpen: true,
    };
    lines.set(itemId, { ...(known ?? (fresh as Line)), ...part });
  };
  for (const event of events) {
    switch (event.type) {
      case 'caller.transcript':
        change(event, event.itemId, {
          speaker: 'caller',
          text: event.text,
          isOpen: !event.isFinal,
        });
        break;
      case 'agent.text': {
        const text = (lines.get(event.itemId)?.text ?? '') + event.delta;
        change(event, event.itemId, { text });
        break;
      }
      case 'agent.truncated':
        change(event, event.itemId, { text: event.heard, unheard: event.unheard, isOpen: false });
        break;
      case 'item':
        change(event, event.itemId, {
          speaker: event.speaker,
          ...(event.text === null ? {} : { text: event.text }),
          isOpen: false,
        });
        break;
      default:
    }
  }
  return [...lines.values()].filter(({ text, unheard }) => text !== '' || unheard !== '');
}

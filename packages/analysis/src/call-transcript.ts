import { maskAddresses } from '@antiphon/observability';
import type { RecordedEvent } from '@antiphon/session';

/** More of what a tool was given or returned says nothing more about the call. */
const MOST_TOOL_CHARS = 2_000;

/** Hours of speech; what comes after it is left out. */
const MOST_CHARS = 400_000;

/** A finished call as text. */
export interface CallTranscript {
  readonly agent: string | null;
  readonly startedAtMs: number;
  readonly isOver: boolean;
  /** Whether anybody said anything. */
  readonly isSpoken: boolean;
  /** A line for each thing that was said or done: `[m:ss] caller: …`. */
  readonly text: string;
}

interface Line {
  readonly atMs: number;
  readonly said: string;
}

/**
 * What was said and done in a call, from its events. Agents' words are those that were heard, and
 * those that were not are told apart; e-mail addresses in what tools were told are masked.
 */
export function callTranscript(events: readonly RecordedEvent[]): CallTranscript {
  const started = events.find(({ type }) => type === 'session.started');
  const startedAtMs = started?.atMs ?? events[0]?.atMs ?? 0;
  const speech = spokenLines(events);
  const lines = [...speech, ...events.flatMap(doneLines)].toSorted((a, b) => a.atMs - b.atMs);
  const text = lines.map(({ atMs, said }) => `[${clockOf(atMs - startedAtMs)}] ${said}`).join('\n');
  return {
    agent: started?.type === 'session.started' ? started.agent : null,
    startedAtMs,
    isOver: events.some(({ type }) => type === 'session.ended'),
    isSpoken: speech.some(({ said }) => said.startsWith('caller: ')),
    text: text.length <= MOST_CHARS ? text : `${text.slice(0, MOST_CHARS)}\n(the rest is left out)`,
  };
}

/** `75_000` as `1:15`, and with hours from the first on. */
export function clockOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (part: number) => String(part).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** `1:15` as `75_000`, or null. */
export function clockMs(text: string): number | null {
  const [, hours, minutes, seconds] =
    /^\s*\[?(?:(\d{1,2}):)?(\d{1,3}):(\d{2}(?:\.\d+)?)\]?\s*$/u.exec(text) ?? [];
  if (minutes === undefined || seconds === undefined) return null;
  return Math.round((Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
}

/** What callers and agents said, each item once, at the instant at which it began. */
function spokenLines(events: readonly RecordedEvent[]): Line[] {
  const lines = new Map<string, Line>();
  const beganAtMs = new Map<string, number>();
  const say = (itemId: string, atMs: number, said: string): void => {
    lines.set(itemId, { atMs: beganAtMs.get(itemId) ?? atMs, said });
  };
  for (const event of events) {
    switch (event.type) {
      case 'caller.speechStarted':
        if (!beganAtMs.has(event.itemId)) beganAtMs.set(event.itemId, event.atMs);
        break;
      case 'caller.transcript':
        if (event.isFinal)
          say(event.itemId, event.atMs, `caller: ${event.text || '(unintelligible)'}`);
        break;
      case 'item.added':
        if (!beganAtMs.has(event.item.id)) beganAtMs.set(event.item.id, event.atMs);
        break;
      case 'item.done': {
        const { item } = event;
        if (item.kind !== 'message' || item.speaker === 'system' || (item.text ?? '') === '') break;
        // What a caller spoke is told with its transcript.
        if (item.speaker === 'caller' && item.medium === 'audio') break;
        say(item.id, event.atMs, `${item.speaker}: ${item.text}`);
        break;
      }
      case 'item.truncated': {
        const { heard, unheard } = event;
        const rest = unheard === '' ? '' : ` (cut off; not heard: ${unheard})`;
        say(event.itemId, event.atMs, `agent: ${heard}${rest}`);
        break;
      }
      default:
    }
  }
  return [...lines.values()];
}

/** What was done at an instant, in the words of a log. */
function doneLines(event: RecordedEvent): Line[] {
  const said = doneOf(event);
  return said === null ? [] : [{ atMs: event.atMs, said: `(${said})` }];
}

function doneOf(event: RecordedEvent): string | null {
  switch (event.type) {
    case 'tool.started':
      return `tool ${event.name} begins with ${shown(event.arguments)}`;
    case 'tool.settled': {
      const took = `after ${(event.durationMs / 1000).toFixed(1)} s`;
      const output = event.output === null ? '' : `: ${shown(event.output)}`;
      return `tool ${event.name} ends as ${event.outcome} ${took}${output}`;
    }
    case 'consent.asked':
      return `the caller is asked whether ${event.name} may run`;
    case 'consent.decided':
      return `consent to ${event.name}: ${event.verdict}`;
    case 'followUp.offered':
      return `the answer of ${event.name} is offered by e-mail`;
    case 'followUp.promised':
      return `the answer of ${event.name} is promised by e-mail`;
    case 'followUp.declined':
      return `the caller wants no e-mail and waits for ${event.name}`;
    case 'bargeIn.decided':
      return event.verdict === 'cut'
        ? 'the caller cuts in and the agent stops'
        : 'a sound over the agent that was no interruption';
    case 'handoff.requested':
      return `handed to a person: ${shown(event.details)}`;
    case 'engine.failed':
      return `the agent's engine failed: ${event.code}`;
    case 'session.ended':
      return `the call ends: ${event.reason}`;
    default:
      return null;
  }
}

function shown(text: string): string {
  const masked = maskAddresses(text);
  return masked.length <= MOST_TOOL_CHARS ? masked : `${masked.slice(0, MOST_TOOL_CHARS)}…`;
}

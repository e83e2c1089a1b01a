import type { ControlChannel, SessionEvent } from '@antiphon/session';
import type { Logger } from 'pino';

/** Stands for every tool that is none of the agent's folder. */
const OTHER_TOOL = 'other_tool';

/** Calls whose spans are remembered; more do not run at once. */
const MOST_CALLS = 64;

/** The span that a line of the log belongs to. */
export interface LogSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/** The span as fields of a line, under the names that OpenTelemetry has for logs. */
export function spanFields(span: LogSpan | null): object {
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/** What the lines of one session are made with. */
export interface SessionLogChannelOptions {
  /** Carries the id of the session. */
  readonly log: Logger;
  /** The tools of the agent's folder, whose names are told apart. */
  readonly agentTools: ReadonlySet<string>;
  /** The span of a running call, or of the latest turn. */
  readonly spanOf: (callId?: string) => LogSpan | null;
}

/**
 * Logs what happens in a session: names, codes, counts and durations only, nothing that anyone said
 * and nothing that a tool was given or returned.
 */
export class SessionLogChannel implements ControlChannel {
  readonly #options: SessionLogChannelOptions;
  /** By call; the span of one that has settled is over before its end is logged. */
  readonly #calls = new Map<string, LogSpan>();

  constructor(options: SessionLogChannelOptions) {
    this.#options = options;
  }

  attach(): void {
    // It asks nothing of the session.
  }

  notify(event: SessionEvent): void {
    const { log } = this.#options;
    switch (event.type) {
      case 'engine.failed':
        log.warn({ code: event.code, ...this.#turn() }, 'engine failed');
        return;
      case 'audio.formatDoubted': {
        const { declared, looksLike } = event;
        log.warn({ declared, looksLike }, 'caller audio is not in its declared format');
        return;
      }
      case 'invariant.violated':
        log.error({ invariant: event.name, ...this.#turn() }, 'invariant violated');
        return;
      case 'turn.measured': {
        const { turn, voiceToVoiceMs, postEndpointMs } = event.report;
        log.debug({ turn, voiceToVoiceMs, postEndpointMs, ...this.#turn() }, 'turn answered');
        return;
      }
      case 'bargeIn.decided': {
        const { verdict, playedMs } = event;
        log.debug({ verdict, playedMs, ...this.#turn() }, 'caller spoke over the agent');
        return;
      }
      case 'handoff.requested':
        log.info(this.#turn(), 'caller is handed over');
        return;
      case 'tool.started':
        log.debug({ tool: this.#nameOf(event), ...this.#begin(event.callId) }, 'tool started');
        return;
      case 'tool.overdue':
        log.info({ tool: this.#nameOf(event), ...this.#call(event.callId) }, 'tool is overdue');
        return;
      case 'tool.settled': {
        const { callId, outcome, durationMs } = event;
        const line = { tool: this.#nameOf(event), outcome, durationMs, ...this.#call(callId) };
        const isBad = outcome === 'error' || outcome === 'timeout' || outcome === 'unknown';
        log[isBad ? 'warn' : 'debug'](line, 'tool ended');
        this.#calls.delete(callId);
        return;
      }
      default:
        return;
    }
  }

  #turn(): object {
    return spanFields(this.#options.spanOf());
  }

  #begin(callId: string): object {
    const span = this.#options.spanOf(callId);
    if (span && this.#calls.size < MOST_CALLS) this.#calls.set(callId, span);
    return spanFields(span);
  }

  #call(callId: string): object {
    return spanFields(this.#calls.get(callId) ?? this.#options.spanOf());
  }

  /** What a client or a model calls a tool is theirs to choose. */
  #nameOf({ name }: { readonly name: string }): string {
    return this.#options.agentTools.has(name) ? name : OTHER_TOOL;
  }
}

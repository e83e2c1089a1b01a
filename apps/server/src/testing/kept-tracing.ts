import type { ControlChannel } from '@antiphon/session';
import { FakeTools } from '@antiphon/session/testing';
import type { TestSession } from '@antiphon/session/testing';
import type { TracedTurn } from '@antiphon/observability';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { pino } from 'pino';
import type { TracingConfig } from '../config.ts';
import { openTracing } from '../tracing/open-tracing.ts';
import type { Tracing } from '../tracing/open-tracing.ts';
import { PLAIN_AGENT } from './plain-agent.ts';
import { spanPicture } from './span-picture.ts';

/** When a test session starts. */
const START_AT_MS = 1_000_000;

/** What differs from tracing that keeps every turn, and nothing private. */
interface KeptTracingOptions extends Partial<TracingConfig> {
  readonly redisUrl?: string;
  /** The tools that are webhooks. */
  readonly webhooks?: readonly string[];
  readonly now?: () => number;
}

type TracedSession = Parameters<Tracing['listenersOf']>[0];

/** Keeps the spans of a server, whose end they outlive. */
class KeptSpans extends InMemorySpanExporter {
  override shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Tracing whose spans are kept in memory, and what it told. */
export class KeptTracing {
  readonly tracing: Tracing;
  /** Of the turns that were kept. */
  readonly turns: TracedTurn[] = [];
  /** Whether each turn that there was no room for was remarkable. */
  readonly leftOut: boolean[] = [];
  readonly runner = new FakeTools();
  readonly #exporter = new KeptSpans();

  constructor({ redisUrl, webhooks = [], now, ...settings }: KeptTracingOptions = {}) {
    const url = 'http://127.0.0.1:9/v1/traces';
    this.tracing = openTracing({
      config: {
        redisUrl: redisUrl ?? null,
        tracing: { url, serviceName: 'test', ratio: 1, keepsPrivate: false, ...settings },
      },
      log: pino({ level: 'silent' }),
      exporter: this.#exporter,
      webhooksOf: () => new Set(webhooks),
      onTurn: (_sessionId, turn) => this.turns.push(turn),
      onLeftOut: (isRemarkable) => this.leftOut.push(isRemarkable),
      ...(now && { now }),
    });
  }

  /** What listens to one more session. */
  channels(session: Partial<TracedSession> = {}): readonly ControlChannel[] {
    const { tracing } = this;
    return tracing.listenersOf({
      sessionId: 'sess_test',
      agent: PLAIN_AGENT,
      traceparent: () => null,
      ...session,
    });
  }

  /** All spans that were kept, once tracing is closed. */
  async spans(): Promise<readonly ReadableSpan[]> {
    await this.tracing.close();
    return this.#exporter.getFinishedSpans();
  }

  /** They as a text. */
  async picture(): Promise<string> {
    return spanPicture(await this.spans(), START_AT_MS);
  }
}

/** A turn whose answer comes after so much silence: 1.5 s are remarkable. */
export function answerAfter(test: TestSession, silenceMs: number): void {
  test.callerTurn(600);
  test.hear(silenceMs);
  test.engine.session.speak('fine');
  test.engine.session.end();
  test.hear(400);
}

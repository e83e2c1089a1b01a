import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Tracer } from '@opentelemetry/api';
import { HOPS } from '../turn-report.ts';
import type { Hop, TurnReport } from '../turn-report.ts';
import { instant } from './instant.ts';
import { ATTRIBUTE, SPAN } from './span-names.ts';
import type { Generation, GenerationEnd } from './turn-facts.ts';

const SPAN_OF_HOP: Readonly<Record<Exclude<Hop, 'endpointing' | 'wait'>, string>> = {
  inference: SPAN.chat,
  aggregation: SPAN.aggregation,
  synthesis: SPAN.synthesis,
  egress: SPAN.egress,
};

/** Writes down, when a turn has ended, what it is known to have consisted of. */
export class TurnSpans {
  readonly #tracer: Tracer;
  /** Of the turn's root. */
  readonly #context: Context;

  constructor(tracer: Tracer, context: Context) {
    this.#tracer = tracer;
    this.#context = context;
  }

  /** What the caller's part is known to have taken; only a measured turn knows its last sound. */
  caller({ voiceEndAtMs, committedAtMs, hops }: TurnReport, noticedAtMs: number): void {
    if (voiceEndAtMs === null) return;
    const startAtMs = Math.min(noticedAtMs, voiceEndAtMs);
    this.#child(SPAN.userSpeech, { startAtMs, endAtMs: voiceEndAtMs });
    const endAtMs = Math.max(committedAtMs, voiceEndAtMs + (hops.endpointing ?? 0));
    this.#child(SPAN.endpointing, { startAtMs: voiceEndAtMs, endAtMs });
  }

  /** Its work from `startAtMs` on, and how it was played. */
  generation({ kind, end, report, played }: Generation, startAtMs: number): void {
    const endAtMs = Math.max(startAtMs, end?.atMs ?? startAtMs, report?.firstAudioAtMs ?? 0);
    const response = this.#tracer.startSpan(
      SPAN.response,
      {
        startTime: instant(startAtMs),
        attributes: {
          [ATTRIBUTE.generationKind]: kind,
          ...(end && { [ATTRIBUTE.generationOutcome]: end.outcome }),
          ...(report && { [ATTRIBUTE.turnIndex]: report.turn }),
        },
      },
      this.#context,
    );
    if (end?.outcome === 'failed') {
      response.setAttribute(ATTRIBUTE.errorType, end.errorCode ?? '_OTHER');
      response.setStatus({ code: SpanStatusCode.ERROR });
    }
    if (report) this.#hops(report, end, trace.setSpan(this.#context, response));
    response.end(instant(endAtMs));
    if (report && played) {
      const playedMs = played.playedMs ?? end?.audioMs ?? null;
      this.#child(SPAN.playout, {
        startAtMs: report.firstAudioAtMs,
        endAtMs: played.atMs,
        attributes: {
          [ATTRIBUTE.generationKind]: kind,
          ...(playedMs !== null && { [ATTRIBUTE.playedMs]: playedMs }),
          ...(end && { [ATTRIBUTE.generatedMs]: end.audioMs }),
          [ATTRIBUTE.playoutInterrupted]: played.isInterrupted,
        },
      });
    }
  }

  /** Each hop from where the one before ended; the last one ends with the first audio. */
  #hops(report: TurnReport, end: GenerationEnd | null, parent: Context): void {
    const { hops, voiceEndAtMs, committedAtMs } = report;
    const zeroAtMs = voiceEndAtMs ?? committedAtMs;
    // What is waited for has spans of its own.
    let reachedAtMs = zeroAtMs + (hops.endpointing ?? 0) + (hops.wait ?? 0);
    for (const hop of HOPS) {
      const hopMs = hops[hop];
      if (hop === 'endpointing' || hop === 'wait' || hopMs === null) continue;
      const isChat = hop === 'inference';
      // Without a mark of its own, the wait for the end of the turn is part of the next hop.
      const startAtMs = Math.min(Math.max(reachedAtMs, committedAtMs), reachedAtMs + hopMs);
      reachedAtMs += hopMs;
      this.#child(SPAN_OF_HOP[hop], {
        startAtMs,
        endAtMs: reachedAtMs,
        parent,
        kind: isChat ? SpanKind.CLIENT : SpanKind.INTERNAL,
        attributes: isChat
          ? {
              [ATTRIBUTE.operation]: 'chat',
              [ATTRIBUTE.timeToFirstChunk]: (reachedAtMs - startAtMs) / 1000,
              ...(end && {
                [ATTRIBUTE.inputTokens]: end.inputTokens,
                [ATTRIBUTE.outputTokens]: end.outputTokens,
              }),
            }
          : {},
      });
    }
  }

  #child(
    name: string,
    span: {
      readonly startAtMs: number;
      readonly endAtMs: number;
      readonly parent?: Context;
      readonly kind?: SpanKind;
      readonly attributes?: Attributes;
    },
  ): void {
    const { startAtMs, endAtMs, parent = this.#context, kind = SpanKind.INTERNAL } = span;
    this.#tracer
      .startSpan(
        name,
        { startTime: instant(startAtMs), kind, attributes: span.attributes ?? {} },
        parent,
      )
      .end(instant(Math.max(startAtMs, endAtMs)));
  }
}

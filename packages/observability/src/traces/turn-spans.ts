import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import { exceededBudgets } from '../latency-budgets.ts';
import type { ExceededBudget } from '../latency-budgets.ts';
import { HOPS } from '../turn-report.ts';
import type { Hop, TurnReport } from '../turn-report.ts';
import { instant } from './instant.ts';
import type { SpanMaker } from './span-maker.ts';
import { ATTRIBUTE, SPAN } from './span-names.ts';
import type {
  Generation,
  GenerationEnd,
  SessionModels,
  SessionSetup,
  TurnEvidence,
} from './turn-facts.ts';

/** What is known of the caller's part besides the report, of which there is none without sound. */
export interface CallerPart {
  readonly voiceEndAtMs: number | null;
  readonly committedAtMs: number;
  readonly noticedAtMs: number;
  readonly stoppedAtMs: number | null;
  /** When its transcript was final. */
  readonly transcribedAtMs: number | null;
  readonly mode: string | null;
  readonly evidence: TurnEvidence;
}

/** What is known of a model's part. */
interface Inferred {
  readonly end: GenerationEnd | null;
  readonly firstChunkMs: number | null;
  readonly over?: ExceededBudget | null;
}

/** Never written to. */
const NOTHING: Attributes = {};

/** Writes down, when a turn has ended, what it is known to have consisted of. */
export class TurnSpans {
  readonly #tracer: SpanMaker;
  /** Of the turn. */
  readonly #root: Span;
  readonly #setup: SessionSetup;
  /** The report that was looked at last, and its hops that took longer than they may. */
  #judged: TurnReport | null = null;
  #exceeded: readonly ExceededBudget[] = [];

  constructor(tracer: SpanMaker, root: Span, setup: SessionSetup) {
    this.#tracer = tracer;
    this.#root = root;
    this.#setup = setup;
  }

  /** What the caller's part is known to have taken. */
  caller(part: CallerPart, report: TurnReport | null): void {
    const { voiceEndAtMs, committedAtMs, noticedAtMs, stoppedAtMs, mode, evidence } = part;
    const { transcribedAtMs } = part;
    if (voiceEndAtMs === null) return;
    const startAtMs = Math.min(noticedAtMs, voiceEndAtMs);
    this.#child(SPAN.userSpeech, { startAtMs, endAtMs: voiceEndAtMs });
    this.#ingress(voiceEndAtMs, evidence);
    const endAtMs = Math.max(committedAtMs, voiceEndAtMs + (report?.hops.endpointing ?? 0));
    const over = report && this.#overBudget(report, 'endpointing');
    const attributes = {
      [ATTRIBUTE.endpointingMode]: mode ?? undefined,
      [ATTRIBUTE.budgetExceeded]: over ? true : undefined,
      [ATTRIBUTE.budgetMs]: over?.budgetMs,
    };
    const parent = this.#child(SPAN.endpointing, {
      startAtMs: voiceEndAtMs,
      endAtMs,
      attributes,
    });
    if (stoppedAtMs !== null && stoppedAtMs > voiceEndAtMs) {
      this.#child(SPAN.hangover, { startAtMs: voiceEndAtMs, endAtMs: stoppedAtMs, parent });
    }
    if (evidence.prediction) {
      const { probability, threshold, windowMs, atMs } = evidence.prediction;
      this.#child(SPAN.prediction, {
        startAtMs: voiceEndAtMs,
        endAtMs: atMs,
        parent,
        attributes: {
          [ATTRIBUTE.eouProbability]: probability,
          [ATTRIBUTE.eouThreshold]: threshold,
          [ATTRIBUTE.eouWindowMs]: windowMs,
        },
      });
    }
    if (transcribedAtMs !== null) {
      const { recognition } = this.#setup.models;
      this.#child(SPAN.recognition(recognition), {
        startAtMs: voiceEndAtMs,
        endAtMs: transcribedAtMs,
        parent,
        kind: SpanKind.CLIENT,
        attributes: { [ATTRIBUTE.model]: recognition ?? undefined },
      });
    }
  }

  #ingress(startAtMs: number, { arrival }: TurnEvidence): void {
    if (!arrival) return;
    const rttMs = this.#setup.rttMs?.() ?? null;
    this.#child(SPAN.ingress, {
      startAtMs,
      endAtMs: arrival.handedAtMs,
      attributes: {
        [ATTRIBUTE.jitterMs]: arrival.jitterMs,
        [ATTRIBUTE.rttMs]: rttMs ?? undefined,
      },
    });
  }

  /** Its work from `startAtMs` on, and how it was played. */
  generation(generation: Generation, startAtMs: number): void {
    const { kind, end, report, played, pieces } = generation;
    const endAtMs = Math.max(
      startAtMs,
      end?.atMs ?? startAtMs,
      report?.firstAudioAtMs ?? 0,
      pieces.at(-1)?.firstByteAtMs ?? 0,
    );
    const response = this.#tracer.startChild(
      SPAN.response,
      {
        startTime: instant(startAtMs),
        attributes: {
          [ATTRIBUTE.generationKind]: kind,
          [ATTRIBUTE.generationOutcome]: end?.outcome,
          [ATTRIBUTE.turnIndex]: report?.turn,
        },
      },
      this.#root,
    );
    if (end?.outcome === 'failed') {
      response.setAttribute(ATTRIBUTE.errorType, end.errorCode ?? '_OTHER');
      response.setStatus({ code: SpanStatusCode.ERROR });
    }
    if (report) this.#hops(report, end, response);
    else if (kind === 'answer') this.#unheard(generation, { startAtMs, endAtMs }, response);
    const { synthesis } = this.#setup.models;
    for (const { piece, startedAtMs, firstByteAtMs } of pieces) {
      this.#child(SPAN.synthesis(synthesis), {
        startAtMs: startedAtMs,
        endAtMs: firstByteAtMs,
        parent: response,
        attributes: { [ATTRIBUTE.model]: synthesis ?? undefined, [ATTRIBUTE.piece]: piece },
      });
    }
    response.end(instant(endAtMs));
    if (report && played) {
      const { playoutSource } = this.#setup;
      const playedMs = played.playedMs ?? end?.audioMs ?? null;
      this.#child(SPAN.playout, {
        startAtMs: report.firstAudioAtMs,
        endAtMs: played.atMs,
        attributes: {
          [ATTRIBUTE.generationKind]: kind,
          [ATTRIBUTE.playedMs]: playedMs ?? undefined,
          [ATTRIBUTE.generatedMs]: end?.audioMs,
          [ATTRIBUTE.playoutSource]: playoutSource ?? undefined,
          [ATTRIBUTE.playoutInterrupted]: played.isInterrupted,
        },
      });
    }
  }

  /** The model's part of an answer without a sound: its words, or calls, or nothing came of it. */
  #unheard(
    { end, firstTextAtMs }: Generation,
    { startAtMs, endAtMs }: { readonly startAtMs: number; readonly endAtMs: number },
    parent: Span,
  ): void {
    const { models } = this.#setup;
    const firstAtMs = firstTextAtMs === null ? null : Math.max(startAtMs, firstTextAtMs);
    this.#child(SPAN.inference(models.operation, models.inference), {
      startAtMs,
      endAtMs: firstAtMs ?? endAtMs,
      parent,
      kind: SpanKind.CLIENT,
      attributes: this.#inferred({
        end,
        firstChunkMs: firstAtMs === null ? null : firstAtMs - startAtMs,
      }),
    });
  }

  /** What a model's part says, and by what it went over its budget. */
  #inferred({ end, firstChunkMs, over = null }: Inferred): Attributes {
    const { models } = this.#setup;
    return {
      [ATTRIBUTE.budgetExceeded]: over ? true : undefined,
      [ATTRIBUTE.budgetMs]: over?.budgetMs,
      [ATTRIBUTE.operation]: models.operation,
      [ATTRIBUTE.model]: models.inference ?? undefined,
      [ATTRIBUTE.timeToFirstChunk]: firstChunkMs === null ? undefined : firstChunkMs / 1000,
      [ATTRIBUTE.inputTokens]: end?.inputTokens,
      [ATTRIBUTE.outputTokens]: end?.outputTokens,
    };
  }

  /** Each hop from where the one before ended; the last one ends with the first audio. */
  #hops(report: TurnReport, end: GenerationEnd | null, parent: Span): void {
    const { hops, voiceEndAtMs, committedAtMs } = report;
    const { models } = this.#setup;
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
      const over = this.#overBudget(report, hop);
      const isSynthesis = hop === 'synthesis';
      this.#child(spanOfHop(hop, models), {
        startAtMs,
        endAtMs: reachedAtMs,
        parent,
        kind: isChat ? SpanKind.CLIENT : SpanKind.INTERNAL,
        attributes: isChat
          ? this.#inferred({ end, firstChunkMs: reachedAtMs - startAtMs, over })
          : {
              [ATTRIBUTE.budgetExceeded]: over ? true : undefined,
              [ATTRIBUTE.budgetMs]: over?.budgetMs,
              [ATTRIBUTE.model]: isSynthesis ? (models.synthesis ?? undefined) : undefined,
              [ATTRIBUTE.piece]: isSynthesis ? 0 : undefined,
            },
      });
    }
  }

  /** The hops of a report that took longer than they may. */
  exceeded(report: TurnReport): readonly ExceededBudget[] {
    if (report !== this.#judged) this.#exceeded = exceededBudgets(report);
    this.#judged = report;
    return this.#exceeded;
  }

  /** By what a hop took longer than it may, if it did. */
  #overBudget(report: TurnReport, hop: Hop): ExceededBudget | null {
    for (const exceeded of this.exceeded(report)) if (exceeded.hop === hop) return exceeded;
    return null;
  }

  #child(
    name: string,
    span: {
      readonly startAtMs: number;
      readonly endAtMs: number;
      readonly parent?: Span;
      readonly kind?: SpanKind;
      readonly attributes?: Attributes;
    },
  ): Span {
    const { startAtMs, endAtMs, parent = this.#root, kind = SpanKind.INTERNAL } = span;
    const child = this.#tracer.startChild(
      name,
      { startTime: instant(startAtMs), kind, attributes: span.attributes ?? NOTHING },
      parent,
    );
    child.end(instant(Math.max(startAtMs, endAtMs)));
    return child;
  }
}

function spanOfHop(hop: Exclude<Hop, 'endpointing' | 'wait'>, models: SessionModels): string {
  switch (hop) {
    case 'inference':
      return SPAN.inference(models.operation, models.inference);
    case 'synthesis':
      return SPAN.synthesis(models.synthesis);
    default:
      return SPAN[hop];
  }
}

import type { GenerationRequest } from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';

/** What the session asked for, made with an upstream's help or without. */
export interface EngineGeneration<Start> {
  readonly request: GenerationRequest;
  /** Whether it has to wait for transcripts and for the upstream, and was not begun. */
  readonly isWaiting: boolean;
  /** Whether its end was told, or it was cancelled. */
  readonly isOver: boolean;
  start(start: Start): void;
  /** Ends it as failed. */
  fail(fault: PipelineError): void;
  /** Stops at once; no event follows. */
  cancel(): void;
}

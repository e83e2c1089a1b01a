import type { AgentDefinition, Clock } from '@antiphon/session';
import type { CircuitBreakers, TextToSpeech } from '@antiphon/pipelines';
import type { Logger } from 'pino';

/** What speaks for an agent, and as whom. */
export interface AgentVoice {
  readonly textToSpeech: TextToSpeech;
  readonly voice: string;
}

/** What the pipelines of a server are opened with. */
export interface PipelineOptions {
  readonly agents: ReadonlyMap<string, AgentDefinition>;
  readonly clock: Clock;
  readonly log: Logger;
  /** The environment, for the keys of models. */
  readonly variables: (name: string) => string | undefined;
  /** Of the providers of all agents. */
  readonly breakers: CircuitBreakers;
  /** Sessions at once. */
  readonly maxSessions: number;
  /** Told, in a few words, what is being loaded. */
  readonly onProgress: (doing: string) => void;
  /** Something that every session needs stopped working for good; no session should start. */
  readonly onFailure: (what: string, error: Error) => void;
}

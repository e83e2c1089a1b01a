import type { HopBudgets } from '@antiphon/observability';
import type { CascadeServices } from './cascade-services.ts';
import type { Dialogue } from './dialogue.ts';
import type { GeminiUpstream } from './gemini-upstream.ts';
import type { RealtimeUpstream } from './realtime-upstream.ts';
import type { SessionConfig } from './session-config.ts';

/** An agent as its folder defines it; everything a session needs to start. */
export interface AgentDefinition {
  /** The folder's name: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** One line for lists. */
  readonly description: string;
  /** Which VoiceEngine answers: its `name`. */
  readonly pipeline: string;
  /** Which TurnDetectors listen. */
  readonly detector: 'neural' | 'energy';
  readonly config: SessionConfig;
  /** Whether a client is told when its audio is not in the format it declared; no unless said. */
  readonly reportFormatMismatch?: boolean;
  /** What the hops of its turns may take; the usual unless given. */
  readonly budgetsMs?: Partial<HopBudgets>;
  /** When a session gives up; it goes on unless given. */
  readonly onFailure?: {
    /** Answers in a row that fail: the apology for the last of them is the session's last word. */
    readonly endAfter: number;
  };
  /** The script of the scripted language model, where the pipeline has one. */
  readonly dialogue: Dialogue | null;
  /** The model behind the pipeline `openai-realtime`. */
  readonly openaiRealtime?: RealtimeUpstream;
  /** The model behind the pipeline `gemini-live`. */
  readonly geminiLive?: GeminiUpstream;
  /** The services behind the pipeline `cascade`. */
  readonly cascade?: CascadeServices;
}

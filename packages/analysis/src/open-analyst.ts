import { AnalysisError } from './analysis-error.ts';
import type { CallAnalyst } from './call-analyst.ts';
import { GeminiAnalyst } from './gemini/gemini-analyst.ts';
import { ChatAnalyst } from './openai/chat-analyst.ts';

/** Who can judge calls. */
export const ANALYSTS = ['gemini', 'openai'] as const;

/** The name of an analyst. */
export type AnalystName = (typeof ANALYSTS)[number];

const MADE = {
  gemini: { keyVariable: 'GEMINI_API_KEY', Analyst: GeminiAnalyst },
  openai: { keyVariable: 'OPENAI_API_KEY', Analyst: ChatAnalyst },
} as const;

/** How an analyst is chosen. */
export interface AnalystSettings {
  readonly name: AnalystName;
  readonly model?: string | undefined;
  /** Another server than the vendor's; it is sent no key unless a variable is named. */
  readonly url?: string | undefined;
  /** The variable that holds the key; the vendor's own unless given. */
  readonly keyVariable?: string | undefined;
  /** The environment. */
  readonly variables: (name: string) => string | undefined;
}

/** The analyst of this name; throws `no_key` or `invalid_settings`. */
export function openAnalyst(settings: AnalystSettings): CallAnalyst {
  const { name, model, url, variables } = settings;
  const { keyVariable: ownVariable, Analyst } = MADE[name];
  const isElsewhere = url !== undefined;
  const keyVariable = settings.keyVariable ?? (isElsewhere ? null : ownVariable);
  const apiKey = keyVariable === null ? null : (variables(keyVariable)?.trim() ?? '');
  if (apiKey === '') {
    throw new AnalysisError(
      'no_key',
      `There is no key for the analyst ${name}: set ${keyVariable}, or name the variable that holds it.`,
    );
  }
  return new Analyst({
    apiKey,
    ...(model !== undefined && { model }),
    ...(isElsewhere && { url }),
  });
}

import type { AgentDefinition, VoiceEngine } from '@antiphon/session';
import type { PipelineOptions } from './pipelines.ts';

/** TEMPORARY until the embedded providers exist. */
export function openEmbeddedPipeline(
  _agents: readonly AgentDefinition[],
  _options: PipelineOptions,
): Promise<{ engineOf(agent: AgentDefinition): VoiceEngine; close(): Promise<void> }> {
  throw new Error('not yet');
}

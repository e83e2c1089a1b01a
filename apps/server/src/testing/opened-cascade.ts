import { CircuitBreakers } from '@antiphon/pipelines';
import type { AgentDefinition, Clock } from '@antiphon/session';
import { pino } from 'pino';
import { openCascadePipeline } from '../cascade-pipeline.ts';
import type { CascadePipeline } from '../cascade-pipeline.ts';
import { EmbeddedVoice } from '../embedded-voice.ts';

/** A cascade as the server composes it for one agent, and the voice in the process. */
export interface OpenedCascade {
  readonly pipeline: CascadePipeline;
  close(): Promise<void>;
}

/** Opens the cascade of an agent with these keys, by the names of their variables. */
export async function openCascade(
  agent: AgentDefinition,
  clock: Clock,
  keys: Readonly<Record<string, string>> = {},
): Promise<OpenedCascade> {
  const voice = new EmbeddedVoice(1, () => {});
  const options = {
    agents: new Map([[agent.name, agent]]),
    clock,
    breakers: new CircuitBreakers({ clock }),
    log: pino({ level: 'silent' }),
    variables: (name: string) => keys[name],
    maxSessions: 1,
    onProgress: () => {},
    onFailure: () => {},
  };
  const pipeline = await openCascadePipeline([agent], options, voice);
  return {
    pipeline,
    close: async () => {
      await pipeline.close();
      await voice.close();
    },
  };
}

import type { LoadedAgent } from '@antiphon/agents';
import type { AgentDefinition, ToolRunner } from '@antiphon/session';

/** TEMPORARY until @antiphon/tools exists. */
export function toolRunnersOf(
  loaded: ReadonlyMap<string, LoadedAgent>,
): (agent: AgentDefinition) => ToolRunner {
  return (agent) => ({
    run: async (call, signal) => {
      const tool = loaded.get(agent.name)?.tools.get(call.name);
      if (!tool) return { kind: 'error', message: 'no such tool' };
      const out = await tool(JSON.parse(call.arguments), {
        signal,
        sessionId: call.sessionId,
        callId: call.callId,
      });
      return { kind: 'result', output: JSON.stringify(out) };
    },
  });
}

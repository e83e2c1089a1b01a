import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentFolderError } from './agent-folder-error.ts';
import { loadAgentFolder } from './load-agent-folder.ts';
import { emptyDirectory, faultLines, PLAIN_AGENT, writtenFolder } from './written-folder.ts';

let directory = '';
let folders = 0;

beforeAll(async () => {
  directory = await emptyDirectory();
});

afterAll(() => rm(directory, { recursive: true }));

/** A folder whose agent.yaml this is. */
function written(agentFile: string): Promise<string> {
  folders += 1;
  return writtenFolder({ 'agent.yaml': agentFile }, { directory, name: `agent-${folders}` });
}

async function budgetsIn(agentFile: string) {
  const { definition } = await loadAgentFolder(await written(agentFile));
  return definition.budgetsMs;
}

describe('the budgets of an agent', () => {
  it('are those that it says for hops, and the usual for the others', async () => {
    const agent = `${PLAIN_AGENT}budgets: { inferenceMs: 400, endpointingMs: 700 }\n`;
    expect(await budgetsIn(agent)).toEqual({
      endpointing: 700,
      wait: 650,
      inference: 400,
      aggregation: 30,
      synthesis: 100,
      egress: 20,
    });
  });

  it('leave the end of turns to their silence where none is said for it', async () => {
    const budgets = await budgetsIn(`${PLAIN_AGENT}budgets: { inferenceMs: 400 }\n`);
    expect(budgets).toMatchObject({ inference: 400 });
    expect(budgets).not.toHaveProperty('endpointing');
  });

  it('follow the silence by which a model finds the turns', async () => {
    const agent = PLAIN_AGENT.replace('embedded', 'openai-realtime');
    const vad = '{ type: server_vad, silenceDurationMs: 800 }';
    const model = `openaiRealtime: { turnDetection: provider, providerVad: ${vad} }\n`;
    expect(await budgetsIn(`${agent}${model}`)).toEqual({ endpointing: 900 });
  });

  it('are refused where one is of no hop, or cannot be', async () => {
    const folder = await written(`${PLAIN_AGENT}budgets: { inferenceMs: 0, thinkingMs: 5 }\n`);
    const error: unknown = await loadAgentFolder(folder).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AgentFolderError);
    expect(faultLines(error as AgentFolderError, folder)).toEqual([
      'agent.yaml:5:25 "budgets.inferenceMs" is 0; the least is 1. Change it or remove it.',
      'agent.yaml:5:28 unknown key "thinkingMs". Known are endpointingMs, waitMs, inferenceMs, aggregationMs, synthesisMs, egressMs.',
    ]);
  });
});

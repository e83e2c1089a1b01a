import { PLAIN_TOOL } from '@antiphon/session';
import type { ToolDefinition } from '@antiphon/session';
import { afterEach, describe, expect, it } from 'vitest';
import { toolsBesideAgents } from './client-tools.ts';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const parameters = { type: 'object', properties: { order_id: { type: 'string' } } };

const CANCEL: ToolDefinition = {
  ...PLAIN_TOOL,
  name: 'cancel_order',
  description: 'Cancels an order.',
  parameters,
  runs: 'client',
  effect: 'idempotent',
  confirm: 'verbal',
  readBack: '[Cancel order {order_id}]. Shall I?',
  coverAfterMs: 300,
  covers: ['Cancelling.'],
  deadlineMs: 4_000,
  timeoutMs: 20_000,
};

const toolOf = (
  tool: Parameters<typeof toolsBesideAgents>[0][number],
  agentTool: ToolDefinition = CANCEL,
  isCovered = true,
) => toolsBesideAgents([tool], { agentTools: [agentTool], isCovered }).at(-1);

describe('a tool that a client declares', () => {
  it('keeps the settings of the agent’s client tool of its name, with the client’s words', () => {
    const described = {
      name: 'cancel_order',
      description: 'Mine.',
      parameters: { type: 'object' },
    };
    expect(toolOf(described)).toEqual({ ...CANCEL, ...described });
    expect(toolOf({ name: 'cancel_order' }, CANCEL, false)).toEqual(CANCEL);
  });

  it('cannot loosen them', () => {
    const antiphon = { confirm: 'none', coverAfterMs: 9_000, timeoutMs: 1 } as const;
    expect(toolOf({ name: 'cancel_order', antiphon })).toEqual(CANCEL);
  });

  it('takes nothing from a tool of that name which the server runs', () => {
    expect(toolOf({ name: 'cancel_order' }, { ...CANCEL, runs: 'server' })).toMatchObject({
      runs: 'client',
      confirm: 'none',
      readBack: null,
      covers: [],
    });
  });

  it('is treated as the client asks where the agent does not know it', () => {
    const antiphon = {
      confirm: 'dtmf' as const,
      readBack: '[Delete]. Press one.',
      coverAfterMs: 700,
      deadlineMs: 3_000,
      timeoutMs: 5_000,
      covers: ['Deleting.'],
    };
    expect(toolOf({ name: 'delete_all', antiphon }, CANCEL, false)).toEqual({
      ...PLAIN_TOOL,
      name: 'delete_all',
      description: '',
      parameters: { type: 'object', properties: {} },
      runs: 'client',
      ...antiphon,
    });
  });

  it('is covered as any other where the agent speaks unasked, or the client names covers', () => {
    const plain = { name: 'mine' };
    const covered = { name: 'mine', antiphon: { covers: [] } };
    expect(toolOf(plain, CANCEL, true)?.coverAfterMs).toBe(PLAIN_TOOL.coverAfterMs);
    expect(toolOf(covered, CANCEL, false)?.coverAfterMs).toBe(PLAIN_TOOL.coverAfterMs);
    expect(toolOf(plain, CANCEL, false)?.coverAfterMs).toBe(600_000);
  });

  it('has its settings in the session and in an answer of its own, and they are shown', () => {
    const trial = new WireTrial();
    const antiphon = { confirm: 'verbal', readBack: '[Delete it]. Shall I?' };
    const tools = [{ type: 'function', name: 'delete_it', antiphon }];
    trial.take();
    trial.send({ type: 'session.update', session: { type: 'realtime', tools } });
    expect(trial.take()[0]?.session?.['tools']).toEqual(tools);
    expect(trial.control.config.tools.at(-1)).toMatchObject({ name: 'delete_it', ...antiphon });
    trial.send({ type: 'response.create', response: { tools } });
    expect(trial.engine.requests.at(-1)).toMatchObject({
      kind: 'answer',
      options: { tools: expect.arrayContaining([expect.objectContaining(antiphon)]) as unknown },
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../testing/run-program.ts';
import { startSourceServer } from '../testing/source-server.ts';
import type { ServerProcess } from './server-process.ts';

let server: ServerProcess;

beforeAll(async () => {
  server = await startSourceServer();
});

afterAll(async () => {
  await server.stop();
});

describe('a door', () => {
  it('is measured by clients who connect and by events that are read and written', async () => {
    const { stdout, error, succeeded } = await runProgram(
      'load --door realtime --connections-per-second 20 --duration 2 --json ' +
        `--url ${server.url} --key ${server.key}`,
    );
    expect({ error, succeeded }).toEqual({ error: null, succeeded: true });
    expect(JSON.parse(stdout)).toMatchObject({
      door: 'realtime',
      opened: 140,
      gotSession: 140,
      milliseconds: { steady: { connect: { count: 40 } }, bursts: { connect: { count: 100 } } },
      errors: {},
    });
  });
});

// They wait for callers who speak in real time: together they take no longer than one.
describe.concurrent('a load with tools', () => {
  it('is answered, covered and measured', async () => {
    const { stdout, error, succeeded } = await runProgram(
      `load --tools --sessions 4 --duration 10 --json --url ${server.url} --key ${server.key}`,
    );
    expect({ error, succeeded }).toEqual({ error: null, succeeded: true });
    const result = JSON.parse(stdout) as { milliseconds: Record<string, unknown> };
    expect(result).toMatchObject({ tools: 'mixed', connectedAtEnd: 4, errors: {} });
    expect(Object.keys(result.milliseconds)).toEqual([
      'turnOverheadWithout',
      'turnOverheadBeside',
      'coverLate',
      'instantAdds',
      'short_waitAdds',
      'long_waitAdds',
    ]);
  });
});

describe.concurrent('a load', () => {
  it.each([
    ['stub', 4],
    ['embedded', 1],
  ])('of the %s engine is answered and measured', async (engine, sessions) => {
    const { stdout, error } = await runProgram(
      `load --engine ${engine} --sessions ${sessions} --duration 15 --json ` +
        `--url ${server.url} --key ${server.key}`,
    );
    expect(error).toBeNull();
    const result = JSON.parse(stdout) as Record<string, never>;
    expect(result).toMatchObject({ engine, sessions, connectedAtEnd: sessions, errors: {} });
    expect(result['turns']).toBeGreaterThanOrEqual(sessions);
    expect(result['bargeIns']).toBeGreaterThanOrEqual(sessions);
    expect(result['milliseconds']).toHaveProperty('postEndpoint');
    expect('turnOverhead' in result['milliseconds']!).toBe(engine === 'stub');
  });
});

// Each has a server and providers of its own, in real time.
describe.concurrent('a load with local providers', () => {
  const load = async (engine: string): Promise<Record<string, Record<string, never>>> => {
    const { stdout, stderr, error, succeeded } = await runProgram(
      `load --engine ${engine} --sessions 3 --duration 10 --json`,
    );
    expect({ error, succeeded }, stderr).toEqual({ error: null, succeeded: true });
    return JSON.parse(stdout) as Record<string, Record<string, never>>;
  };

  it.each(['openai-realtime', 'gemini-live'])(
    'of %s is answered, measured each way, and leaves no connection',
    async (engine) => {
      const result = await load(engine);
      expect(result).toMatchObject({ engine, connectedAtEnd: 3, connectionsLeft: 0, errors: {} });
      expect(result['turns']).toBeGreaterThanOrEqual(6);
      expect(result['bargeIns']).toBeGreaterThanOrEqual(3);
      const { relayUp, relayDown } = result['milliseconds'] as unknown as Record<
        string,
        { readonly count: number }
      >;
      expect(relayUp?.count).toBeGreaterThanOrEqual(3);
      expect(relayDown?.count).toBe(relayUp?.count);
    },
  );

  it('of openai-realtime may have its model find the turns', async () => {
    const result = await load('openai-realtime --turn-detection provider');
    const { turnDetection, connectedAtEnd, connectionsLeft, errors } = result;
    expect({ turnDetection, connectedAtEnd, connectionsLeft, errors }).toEqual({
      turnDetection: 'provider',
      connectedAtEnd: 3,
      connectionsLeft: 0,
      errors: {},
    });
    expect(result['turns']).toBeGreaterThanOrEqual(6);
  });

  it('of a cascade with the delays of hosted ones is answered, some of it made ready', async () => {
    const result = await load('cascade --provider-delays hosted');
    const { engine, providerDelays, connectedAtEnd, errors } = result;
    expect({ engine, providerDelays, connectedAtEnd, errors }).toEqual({
      engine: 'cascade',
      providerDelays: 'hosted',
      connectedAtEnd: 3,
      errors: {},
    });
    const counted = result['milliseconds'] as unknown as Record<string, { readonly count: number }>;
    const countOf = (measure: string): number => counted[measure]?.count ?? 0;
    expect(countOf('madeReady')).toBeGreaterThan(0);
    expect(countOf('notMadeReady')).toBeGreaterThan(0);
    expect(countOf('madeReady') + countOf('notMadeReady')).toBe(result['turns']);
    expect(countOf('overProviders')).toBe(result['turns']);
  });
});

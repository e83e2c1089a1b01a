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

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

describe('a load', () => {
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

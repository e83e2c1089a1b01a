import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { startScriptedServer } from '../testing/scripted-server.ts';
import { DoorRun } from './door-run.ts';

const closings: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

const { signal } = new AbortController();

function runAgainst(url: string, key = 'right'): DoorRun {
  const run = new DoorRun({ server: url, key, agent: 'a', connectionsPerSecond: 50 });
  closings.push(() => run.stop());
  return run;
}

async function scripted(): Promise<string> {
  const server = await startScriptedServer({ key: 'right', answers: [] });
  closings.push(() => server.close());
  return server.url;
}

/** Gives a session to the first who comes and tells everybody else that there is none. */
async function serverForOne(): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  let isTaken = false;
  server.on('connection', (socket) => {
    const event = isTaken
      ? { type: 'error', error: { message: 'Full.' } }
      : { type: 'session.created', session: {} };
    isTaken = true;
    socket.send(JSON.stringify(event));
  });
  closings.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('DoorRun', () => {
  it('times who connects evenly and in bursts, and what another session is answered', async () => {
    const run = runAgainst(await scripted());
    await run.start();
    await run.steady(200, signal);
    await run.bursts(1, signal);
    const { steady, bursts, opened, errors } = run.measurements;
    expect(errors).toEqual(new Map());
    expect(opened).toBe(60);
    expect(steady.connect).toHaveLength(10);
    expect(bursts.connect).toHaveLength(50);
    expect(steady.reply.length).toBeGreaterThan(0);
    const all = [...steady.connect, ...steady.reply, ...steady.late, ...bursts.connect];
    expect(all.every((ms) => ms >= 0 && ms < 10_000)).toBe(true);
  });

  it('fails when the one who stays is refused', async () => {
    const run = runAgainst(await scripted(), 'wrong');
    await expect(run.start()).rejects.toThrow('The server refused: Wrong key.');
  });

  it('counts those who get no session, with the words of the server', async () => {
    const run = runAgainst(await serverForOne());
    await run.start();
    await run.steady(60, signal);
    expect(run.measurements.steady.connect).toEqual([]);
    expect(run.measurements.errors).toEqual(new Map([['The server refused: Full.', 3]]));
  });

  it('tells when the session that stays is ended', async () => {
    const server = await startScriptedServer({ key: 'right', answers: [] });
    const run = runAgainst(server.url);
    await run.start();
    await server.close();
    await expect
      .poll(() => [...run.measurements.errors.keys()])
      .toEqual(['the session that stays ended: 1006 ']);
  });

  it('opens nothing more once it is stopped', async () => {
    const run = runAgainst(await scripted());
    await run.start();
    const stopping = new AbortController();
    stopping.abort();
    await run.steady(60_000, stopping.signal);
    await run.bursts(5, stopping.signal);
    expect(run.measurements.opened).toBe(0);
  });
});

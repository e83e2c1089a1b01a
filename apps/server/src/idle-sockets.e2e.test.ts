import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { SteadyCall } from './testing/steady-call.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const IDLE_CLIENTS = fileURLToPath(new URL('testing/idle-clients.mjs', import.meta.url));

/** Of each of two processes, as one may not have ten thousand open files everywhere. */
const COUNTS = { silent: 2_000, slow: 1_500, keyless: 1_000, mute: 500 };

const STUB_ANSWER = 'This is a stub, and it says the same every time.';
/** Two seconds of 24 kHz PCM16. */
const STUB_ANSWER_BYTES = 96_000;

let server: TestServer;
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill();
  await server.close();
});

function startIdleClients(): ChildProcess {
  const port = Number(new URL(server.url).port);
  const child = fork(IDLE_CLIENTS, [JSON.stringify({ port, key: TEST_KEY, counts: COUNTS })]);
  children.push(child);
  return child;
}

/** What the process says next. */
async function next(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as [unknown];
  return message;
}

const openSockets = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

it('serves a call as ever while ten thousand connections do nothing, and lets go of those', async () => {
  server = await startTestServer({ maxSessions: 1_100, recordings: false });
  const call = await SteadyCall.open(`${server.wsUrl}/v1/realtime`, TEST_KEY);
  await call.answered(1);
  const socketsOfCall = openSockets();

  const idle = [startIdleClients(), startIdleClients()];
  expect(await Promise.all(idle.map(next))).toEqual([
    { connected: 5_000, failed: 0 },
    { connected: 5_000, failed: 0 },
  ]);
  await expect.poll(openSockets, { timeout: 60_000, interval: 250 }).toBe(socketsOfCall);

  const reports = Promise.all(idle.map(next));
  for (const child of idle) child.send('read');
  for (const report of await reports) {
    const { told } = report as { told: Record<string, Record<string, number>> };
    expect(told['silent']).toEqual({ 'HTTP/1.1 408 Request Timeout': COUNTS.silent });
    expect(told['keyless']).toEqual({
      '3000 invalid_request_error.invalid_api_key': COUNTS.keyless,
    });
    expect(told['mute']).toEqual({
      '1008 No pong and no message for 20 seconds.': COUNTS.mute,
    });
    // A byte that comes while it is dropped turns what it is told into a reset.
    const { 'HTTP/1.1 408 Request Timeout': late = 0, nothing = 0 } = told['slow'] ?? {};
    expect(late + nothing).toBe(COUNTS.slow);
  }

  const dropped = server.logged.lines.filter(({ msg }) => msg === 'connection dropped');
  expect(dropped).toHaveLength(idle.length * COUNTS.mute);

  const response = await fetch(`${server.url}/sessions`, {
    headers: { authorization: `Bearer ${TEST_KEY}` },
  });
  const { sessions } = (await response.json()) as { sessions: unknown[] };
  expect(sessions).toHaveLength(1);
  await call.answered(call.turns.length + 1);
  expect(await call.hangUp()).toEqual({ code: 1000, reason: '' });

  const { turns } = call;
  const [first] = turns;
  for (const [index, turn] of turns.entries()) {
    expect(turn.startMs).toBe((first?.startMs ?? 0) + index * SteadyCall.cycleMs);
    expect(turn.endMs).toBe((first?.endMs ?? 0) + index * SteadyCall.cycleMs);
    expect(turn).toMatchObject({ status: 'completed', transcript: STUB_ANSWER });
    expect(turn.audio.length).toBe(STUB_ANSWER_BYTES);
    expect(turn.audio.equals(first?.audio ?? Buffer.alloc(0))).toBe(true);
  }
  expect(call.client.messages.filter(({ type }) => type === 'error')).toEqual([]);
});

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const SESSIONS = 2_000;
const AT_ONCE = 50;

/** Ended sessions whose feeds are kept for those who watch, and so fill up before they are counted. */
const WARM_UP = 300;

/** What a session may leave behind, in bytes: far below one that is kept, of some 30 KiB. */
const LEFT_BYTES = 1_024;

let server: TestServer;

beforeAll(async () => {
  setFlagsFromString('--expose-gc');
  // What is logged would be kept by the test.
  const log = pino({ level: 'silent' });
  server = await startTestServer({ maxSessions: AT_ONCE, recordings: false }, { log });
});

afterAll(() => server.close());

/** A whole session: a typed turn that is answered aloud, cut off or heard, and the end. */
async function session(index: number): Promise<void> {
  const client = await TestClient.open(`${server.wsUrl}/v1/realtime?model=waiter`, {
    key: TEST_KEY,
  });
  await client.message('session.created');
  const audio = Buffer.alloc(960).toString('base64');
  client.send({ type: 'input_audio_buffer.append', audio });
  client.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello?' }] },
  });
  client.send({ type: 'response.create' });
  if (index % 2 === 0) await client.message('response.done');
  else await client.message('response.output_audio.delta');
  if (index % 5 === 0) {
    client.socket.terminate();
    await client.closed;
  } else await client.close();
}

async function sessions(count: number): Promise<void> {
  for (let done = 0; done < count; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => session(done + index)));
  }
  // The server hears of the last close a moment after its client does.
  while ((await live()) > 0) await new Promise((resolve) => setImmediate(resolve));
}

async function live(): Promise<number> {
  const response = await fetch(`${server.url}/sessions`, {
    headers: { authorization: `Bearer ${TEST_KEY}` },
  });
  return ((await response.json()) as { sessions: unknown[] }).sessions.length;
}

/** What the process holds, by kind; sockets of the client that asks are kept alive and few. */
function held(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

async function heapBytes(): Promise<number> {
  const collect = runInNewContext('gc') as () => void;
  // Finalizers run between collections.
  for (let round = 0; round < 4; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

describe('two thousand sessions that come and go', () => {
  it('leave timers, sockets and heap where they were', async () => {
    await sessions(WARM_UP);
    const before = { held: held(), heap: await heapBytes() };
    await sessions(SESSIONS);
    const after = { held: held(), heap: await heapBytes() };
    const leftBytes = (after.heap - before.heap) / SESSIONS;
    process.stdout.write(
      `${SESSIONS} sessions left ${Math.round(leftBytes)} bytes each; held: ${JSON.stringify(after.held)}\n`,
    );
    expect(leftBytes).toBeLessThan(LEFT_BYTES);
    for (const [kind, count] of Object.entries(after.held)) {
      // A keep-alive socket or two of the requests above come and go by themselves.
      expect(`${kind} ${count <= (before.held[kind] ?? 0) + 4}`).toBe(`${kind} true`);
    }
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock, TimerHandle } from '@antiphon/session';
import { systemClock } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { openPipelines } from './pipelines.ts';
import { speakTurn } from './testing/spoken-turn.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY, writeAgent } from './testing/test-server.ts';

const connect = (wsUrl: string, query = '') =>
  TestClient.open(`${wsUrl}/v1/realtime${query}`, { key: TEST_KEY });

describe('startServer', () => {
  it('is alive but takes no session while its models load', async () => {
    let finishLoading = () => {};
    const loaded = new Promise<void>((resolve) => {
      finishLoading = resolve;
    });
    let url = '';
    const loading = startTestServer(
      {},
      {
        openPipelines: async (options) => {
          await loaded;
          return openPipelines(options);
        },
        onListening: (listening) => {
          url = listening;
        },
      },
    );
    await expect.poll(() => url).not.toBe('');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unready', reason: 'the models are being loaded' },
    ]);
    const client = await connect(url.replace('http', 'ws'));
    const closing = await client.closed;
    expect(client.messages).toMatchObject([{ type: 'error', error: { type: 'server_error' } }]);
    expect(closing).toEqual({ code: 1013, reason: 'the models are being loaded' });
    finishLoading();
    const server = await loading;
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await server.close();
  });

  it('takes no session any more when something they all need has failed', async () => {
    let fail = () => {};
    const server = await startTestServer(
      {},
      {
        openPipelines: (options) => {
          fail = () => options.onFailure('turn detector', new Error('gone'));
          return openPipelines(options);
        },
      },
    );
    fail();
    const ready = await fetch(`${server.url}/readyz`);
    expect(await ready.json()).toMatchObject({
      reason: 'the turn detector failed; restart the server',
    });
    expect((await (await connect(server.wsUrl)).closed).code).toBe(1013);
    await server.close();
  });

  it('ends every session when it stops, and leaves nothing behind', async () => {
    const timers = new Set<TimerHandle>();
    const clock: Clock = {
      now: systemClock.now,
      setTimeout: (run, delayMs) => {
        const timer = systemClock.setTimeout(() => {
          timers.delete(timer);
          run();
        }, delayMs);
        timers.add(timer);
        return timer;
      },
      clearTimeout: (timer) => {
        timers.delete(timer);
        systemClock.clearTimeout(timer);
      },
    };
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
    const socketsBefore = sockets();
    const server = await startTestServer({}, { clock });
    const callers = await Promise.all([
      connect(server.wsUrl),
      connect(server.wsUrl, '?agent=greeter'),
    ]);
    const feeds = await Promise.all(
      callers.map(async (caller) => {
        const { session } = await caller.message('session.created');
        const { id } = session as { id: string };
        return TestClient.open(`${server.wsUrl}/sessions/${id}/feed`, { key: TEST_KEY });
      }),
    );
    await callers[1].message('response.output_audio.delta');
    await Promise.all([server.close(), ...callers.map(({ closed }) => closed)]);
    for (const caller of callers) expect((await caller.closed).code).toBe(1001);
    for (const feed of feeds) {
      await feed.closed;
      expect(feed.messages.at(-1)).toMatchObject({
        type: 'session.ended',
        reason: 'serverStopping',
      });
    }
    const ended = server.logged.lines.filter(({ msg }) => msg === 'session ended');
    expect(ended.map(({ reason }) => reason)).toEqual(['serverStopping', 'serverStopping']);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    expect(timers.size).toBe(0);
    await expect.poll(sockets).toEqual(socketsBefore);
  });

  it('logs that sessions start and end, and nothing that was said and no key', async () => {
    const server = await startTestServer();
    const client = await connect(server.wsUrl, '?agent=greeter');
    const { session } = await client.message('session.created');
    speakTurn(client);
    const content = [{ type: 'input_text', text: 'My card is 4111 1111 1111 1111.' }];
    client.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content },
    });
    client.socket.send('{"type": "no such event", "secret": "4111"}');
    await client.message('conversation.item.input_audio_transcription.completed');
    await client.close();
    await (
      await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: 'sk-wrong-key' })
    ).closed;
    await server.close();
    const { lines, text } = server.logged;
    const { id } = session as { id: string };
    expect(lines.filter(({ sessionId }) => sessionId === id)).toMatchObject([
      { level: 30, agent: 'greeter', msg: 'session started' },
      {
        level: 30,
        agent: 'greeter',
        msg: 'session ended',
        reason: 'callerLeft',
        durationMs: expect.any(Number) as number,
      },
    ]);
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'connection refused', reason: 'invalid key' }),
    );
    for (const secret of [TEST_KEY, 'sk-wrong-key', '4111', 'This is', 'Hello', 'caller says']) {
      expect(text).not.toContain(secret);
    }
  });

  it('does not start with an agent that has a fault, and says where it is', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-agents-'));
    await writeAgent(folder, 'broken', null);
    const file = path.join(folder, 'broken', 'agent.yaml');
    await writeFile(file, 'description: x\npipeline: teleport\nvoice: stub\nbackchannel: ignore\n');
    await expect(startTestServer({ agentsDir: folder, defaultAgent: null })).rejects.toMatchObject({
      code: 'agents_unusable',
      message: expect.stringMatching(
        /broken\/agent\.yaml:2:\d+ .*teleport.*embedded.*stub/s,
      ) as string,
    });
    await rm(folder, { recursive: true });
  });

  it('does not start without an agent, or with a default that is none', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-agents-'));
    await expect(startTestServer({ agentsDir: folder, defaultAgent: null })).rejects.toThrow(
      /There is no agent in .*set ANTIPHON_AGENTS_DIR/,
    );
    await expect(startTestServer({ defaultAgent: 'nobody' })).rejects.toThrow(
      /ANTIPHON_DEFAULT_AGENT is "nobody".*use one of greeter, waiter/,
    );
    await rm(folder, { recursive: true });
  });

  it('says which address is taken', async () => {
    const first = await startTestServer();
    const port = Number(new URL(first.url).port);
    await expect(startTestServer({ port })).rejects.toMatchObject({
      code: 'cannot_listen',
      message: expect.stringContaining(`Cannot listen on 127.0.0.1:${port} (EADDRINUSE)`) as string,
    });
    await first.close();
  });
});

import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRecordedFrames } from '@antiphon/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { runRecordCommand } from './record-command.ts';

const KEY = 'sk-secret-key';

let folder = '';
let upstream: WebSocketServer;
let upgrades: { url: string | undefined; authorization: string | undefined }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-record-'));
  upgrades = [];
  upstream = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(upstream, 'listening');
  upstream.on('connection', (socket, { url, headers }) => {
    upgrades.push({ url, authorization: headers.authorization });
    socket.send('{"type":"session.created"}');
    socket.on('message', (data: Buffer) => {
      socket.send(`{"type":"echo","of":${data.toString()}}`);
      socket.close(1001, 'session_expired');
    });
  });
});

afterEach(async () => {
  upstream.close();
  await rm(folder, { recursive: true });
});

/** Records one connection, in which the client says something at once. */
async function record(out: string): Promise<{ told: string; succeeded: boolean }> {
  const stopped = new AbortController();
  const { port } = upstream.address() as AddressInfo;
  let told = '';
  let isListening = (): void => {};
  const listening = new Promise<void>((resolve) => (isListening = resolve));
  const write = (text: string): void => {
    told += text;
    isListening();
  };
  const terminal = { stdout: { write }, stderr: { write }, environment: {}, directory: folder };
  const url = `ws://127.0.0.1:${port}/v1/realtime`;
  const run = runRecordCommand({ url, out, port: 0 }, terminal, stopped.signal);
  await Promise.race([listening, run]);
  const address = /ws:\/\/127\.0\.0\.1:\d+\/v1\/realtime/u.exec(told)?.[0];
  const client = new WebSocket(`${address}?model=m`, {
    headers: { authorization: `Bearer ${KEY}` },
  });
  client.on('open', () => client.send('{"type":"session.update"}'));
  const [code, reason] = (await once(client, 'close')) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1001, 'session_expired']);
  stopped.abort();
  return { succeeded: await run, told };
}

it('writes down what both sides say and how it ends, and no key', async () => {
  const { succeeded, told } = await record('calls.jsonl');
  expect(succeeded).toBe(true);
  expect(upgrades).toEqual([{ url: '/v1/realtime?model=m', authorization: `Bearer ${KEY}` }]);
  const recording = await readFile(path.join(folder, 'calls.jsonl'), 'utf8');
  expect(recording).not.toContain(KEY);
  expect(told).not.toContain(KEY);
  const frames = readRecordedFrames(recording);
  expect(frames.every(({ connection }) => connection === 1)).toBe(true);
  const of = (side: string) =>
    frames
      .filter(({ from }) => from === side)
      .map((frame) => ('text' in frame ? frame.text : frame.closed.code));
  expect(of('client')[0]).toBe('{"type":"session.update"}');
  expect(of('upstream')).toEqual([
    '{"type":"session.created"}',
    '{"type":"echo","of":{"type":"session.update"}}',
    1001,
  ]);
});

it('overwrites no recording, and takes no address that is none', async () => {
  await record('calls.jsonl');
  await expect(record('calls.jsonl')).rejects.toThrow(/calls\.jsonl cannot be written \(EEXIST\)/u);
  const terminal = { stdout: { write: () => {} }, stderr: { write: () => {} }, environment: {} };
  const command = { url: 'https://api.openai.com', out: 'x', port: 0 };
  await expect(
    runRecordCommand(command, { ...terminal, directory: folder }, AbortSignal.abort()),
  ).rejects.toThrow(/--url is "https:/u);
});

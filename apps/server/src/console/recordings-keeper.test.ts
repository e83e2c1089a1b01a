import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SessionRow } from '@antiphon/observability';
import { DrivenClock } from '@antiphon/session/testing';
import { FileRecorder, fileSystem, RecordingOwners, SessionArchive } from '@antiphon/storage';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingsKeeper } from './recordings-keeper.ts';
import { SessionBoard } from './session-board.ts';

const HEADER_BYTES = 44;
const ID = 'sess_1';

describe('a call that servers which share a folder find', () => {
  let folder: string;
  let closings: (() => unknown)[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'antiphon-keeper-'));
    closings = [];
  });
  afterEach(async () => {
    for (const close of closings) await close();
    await rm(folder, { recursive: true });
  });

  /** A server of a machine of its own. */
  async function startServer(place: string) {
    const clock = new DrivenClock();
    const owners = new RecordingOwners({ folder, clock, mark: { place, pid: 1, began: '1' } });
    const board = new SessionBoard(clock);
    const told: string[] = [];
    board.watch(({ id }) => told.push(id));
    const keeper = new RecordingsKeeper({
      archive: new SessionArchive(folder),
      owners,
      board,
      feedOf: () => null,
      clock,
      log: pino({ level: 'silent' }),
      keptDays: 1e6,
    });
    await owners.open();
    closings.push(
      () => keeper.close(),
      () => owners.close(),
    );
    /** Time passes there; what is known of the call by then. */
    const later = async (): Promise<SessionRow | null> => {
      clock.advance(10_000);
      return board.row(ID);
    };
    return { clock, owners, board, told, keeper, later };
  }

  type Server = Awaited<ReturnType<typeof startServer>>;

  /** A call, until it is in the files. */
  async function record({ clock, owners, board }: Server) {
    const disk = owners.marking(fileSystem);
    const recording = new FileRecorder({ folder, clock, disk }).open(ID, clock.now());
    const meta = { id: ID, tenant: null, agent: 'greeter', leg: 'realtime', pipeline: 'stub' };
    const startedAtMs = clock.now();
    const row = board.open({ ...meta, startedAtMs, hasRecording: true });
    const tell = (event: Parameters<typeof row.notify>[0]) => {
      recording.event(event);
      row.notify(event);
    };
    tell({ type: 'session.started', atMs: startedAtMs, sessionId: ID, agent: meta.agent });
    await passUntil(clock, async () => (await size('events.jsonl')) > 0);
    return { recording, tell };
  }

  async function passUntil(clock: DrivenClock, isSo: () => Promise<boolean>): Promise<void> {
    const look = () => {
      clock.advance(1_000);
      return isSo();
    };
    await expect.poll(look, { interval: 5 }).toBe(true);
  }

  const contents = (name: string) => readFile(path.join(folder, ID, name));
  const size = (name: string) =>
    contents(name).then(
      (bytes) => bytes.length,
      () => 0,
    );
  const files = async () => (await readdir(path.join(folder, ID))).toSorted();
  const toldSeconds = async () => (await contents('audio.wav')).readUInt32LE(40) / 32_000;
  const endReasonSoon = (server: Server) =>
    expect.poll(async () => (await server.later())?.endReason, { interval: 5 });

  it('is completed once where two start at the same time', async () => {
    const died = await startServer('first');
    await record(died);
    await died.owners.release(ID);
    const servers = [await startServer('second'), await startServer('third')];
    await Promise.all(servers.map(({ keeper }) => keeper.open()));
    const [row, same] = servers.map(({ board }) => board.row(ID));
    expect(row).toMatchObject({ endReason: 'crashed', agent: 'greeter' });
    expect(same).toEqual(row);
    expect(JSON.parse((await contents('summary.json')).toString())).toEqual(row);
    expect(await toldSeconds()).toBe(0);
    expect(await files()).toEqual(['audio.wav', 'events.jsonl', 'summary.json']);
  });

  it('is not touched while its server lives, and is listed as crashed once that is gone', async () => {
    await record(await startServer('first'));
    const second = await startServer('second');
    const before = await contents('audio.wav');
    await second.keeper.open();
    expect(second.board.row(ID)).toBeNull();
    expect(await contents('audio.wav')).toEqual(before);
    expect(await files()).toEqual(['audio.wav', 'events.jsonl', 'owner']);

    await endReasonSoon(second).toBe('crashed');
    expect(second.told).toEqual([ID]);
    const access = { tenant: null };
    const { rows } = await second.board.ended({ search: '', limit: 9, cursor: null, access });
    expect(rows.map(({ id }) => id)).toEqual([ID]);
    expect(await files()).toEqual(['audio.wav', 'events.jsonl', 'summary.json']);
  });

  it('is listed as it ended once its server lets go of it', async () => {
    const [first, second] = [await startServer('first'), await startServer('second')];
    const { recording, tell } = await record(first);
    await second.keeper.open();
    tell({ type: 'session.ended', atMs: first.clock.now(), reason: 'callerLeft' });
    const closed = recording.close();
    first.clock.advance(1_000);
    await closed;
    await first.keeper.ended(ID);
    await endReasonSoon(second).toBe('callerLeft');
    expect(second.told).toEqual([ID]);
    expect(await files()).toEqual(['audio.wav', 'events.jsonl', 'summary.json']);
  });

  it('is let go of where no summary can be kept, and listed with what is wrong', async () => {
    const first = await startServer('first');
    const { tell } = await record(first);
    tell({ type: 'session.ended', atMs: first.clock.now(), reason: 'callerLeft' });
    await mkdir(path.join(folder, ID, 'summary.json'));
    await first.keeper.ended(ID);
    expect(await files()).toEqual(['audio.wav', 'events.jsonl', 'summary.json']);
    const second = await startServer('second');
    await second.keeper.open();
    expect(second.board.row(ID)).toMatchObject({ endReason: 'crashed' });
  });

  it('is completed again where its server had only been held up, and died later', async () => {
    const [first, second] = [await startServer('first'), await startServer('second')];
    const { recording } = await record(first);
    await second.keeper.open();
    await endReasonSoon(second).toBe('crashed');
    expect(await toldSeconds()).toBe(0);

    const pcm = new Int16Array(8_000).fill(1_000);
    recording.caller({ pcm, sampleRate: 8_000, atMs: first.clock.now() });
    await passUntil(first.clock, async () => (await size('audio.wav')) > HEADER_BYTES);
    await passUntil(first.clock, async () => (await files()).includes('owner'));

    const third = await startServer('third');
    await third.keeper.open();
    expect(third.board.row(ID)).toBeNull();
    await endReasonSoon(third).toBe('crashed');
    const seconds = ((await size('audio.wav')) - HEADER_BYTES) / 32_000;
    expect(await toldSeconds()).toBe(seconds);
    expect(seconds).toBeGreaterThan(0);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DrivenClock } from '@antiphon/session/testing';
import { FileRecorder, RecordingOwners, SessionArchive } from '@antiphon/storage';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SessionFeed } from '../session-feed.ts';
import { RecordingsKeeper } from './recordings-keeper.ts';
import { SessionBoard } from './session-board.ts';
import { SessionDetails } from './session-details.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-details-'));
});

afterEach(() => rm(folder, { recursive: true }));

function open(feedOf: (id: string) => SessionFeed | null) {
  const clock = new DrivenClock();
  const owners = new RecordingOwners({ folder, clock });
  const archive = new SessionArchive(folder);
  const board = new SessionBoard(clock);
  const log = pino({ level: 'silent' });
  const keeper = new RecordingsKeeper({
    archive,
    owners,
    board,
    feedOf,
    clock,
    log,
    keptDays: 1e6,
  });
  const details = new SessionDetails({
    board,
    feedOf,
    archive,
    isLive: () => false,
    isAnalyzing: false,
  });
  return { board, keeper, details };
}

it('a session of an earlier process is shown with what was told beside it, such as its traces', async () => {
  const feed = new SessionFeed({ sessionId: 'sess_1', events: null, recording: null });
  const before = open(() => feed);
  const recording = new FileRecorder({ folder, clock: new DrivenClock() }).open('sess_1', 0);
  const row = before.board.open({
    id: 'sess_1',
    tenant: null,
    agent: 'a',
    leg: 'realtime',
    pipeline: 'stub',
    startedAtMs: 0,
    hasRecording: true,
  });
  const notify = (event: Parameters<typeof feed.notify>[0]) => {
    recording.event(event);
    row.notify(event);
    feed.notify(event);
  };
  notify({ type: 'session.started', sessionId: 'sess_1', agent: 'a', atMs: 0 });
  notify({ type: 'bargeIn.decided', itemId: null, verdict: 'cut', playedMs: 5, atMs: 10 });
  feed.tell({ type: 'trace', turn: 1, traceId: 'f'.repeat(32) }, 20);
  feed.tell({ type: 'followUp', callId: 'call_1', tool: 't', state: 'sent' }, 40);
  notify({ type: 'session.ended', reason: 'callerLeft', atMs: 40 });
  await recording.close();
  await before.keeper.ended('sess_1');
  before.keeper.close();

  const after = open(() => null);
  await after.keeper.open();
  after.keeper.close();
  const detail = await after.details.detail('sess_1');
  expect(detail?.row).toEqual(before.board.row('sess_1'));
  const told = (await before.details.detail('sess_1'))?.events ?? [];
  expect(told.map(({ type }) => type)).toEqual([
    'session.started',
    'bargeIn',
    'trace',
    'followUp',
    'session.ended',
  ]);
  expect(detail?.events).toEqual(told);
});

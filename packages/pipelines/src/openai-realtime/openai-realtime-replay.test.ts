import { readRecordedFrames, recordedLine } from '@antiphon/protocol';
import type { RecordedFrame } from '@antiphon/protocol';
import { expect, it } from 'vitest';
import { FIXTURE_CONFIG } from '../cascade/cascade-fixture.ts';
import { RealtimeFixture } from './testing/realtime-fixture.ts';
import { ReplayedUpstream } from './testing/replayed-upstream.ts';

/** Two turns, with a call of a tool between. */
async function converse(fixture: RealtimeFixture): Promise<unknown[]> {
  fixture.turn('one');
  fixture.answer('a', FIXTURE_CONFIG);
  await fixture.ended('a');
  const [call] = fixture.caller.of('generation.toolCall');
  const { callId } = call!;
  fixture.add({ kind: 'toolOutput', id: 'out', status: 'completed', callId, output: 'shipped' });
  fixture.answer('b', FIXTURE_CONFIG);
  await fixture.ended('b');
  return fixture.caller.events.map((event) => ({ ...event, atMs: 0 }));
}

it('a recorded conversation comes about again from its recording', async () => {
  const frames: RecordedFrame[] = [];
  let heard = 0;
  const live = await RealtimeFixture.start({
    sends: (event, connection) => {
      const frame = { connection: 1, atMs: 0 };
      for (const said of connection.heard.slice(heard)) {
        frames.push({ ...frame, from: 'client', text: JSON.stringify(said) });
      }
      heard = connection.heard.length;
      frames.push({ ...frame, from: 'upstream', text: JSON.stringify(event) });
      return true;
    },
  });
  const first = await converse(live);
  await live.close();

  const recording = frames.map((frame) => `${recordedLine(frame)}\n`).join('');
  const upstream = await ReplayedUpstream.start(readRecordedFrames(recording));
  const replayed = await RealtimeFixture.start({}, { settings: { url: upstream.url } });
  expect(await converse(replayed)).toEqual(first);
  expect(upstream.differences).toEqual([]);
  expect(replayed.upstream.connections).toEqual([]);
  await replayed.close();
  await upstream.close();
});

it('a recording with a line that is no frame is refused by its number', () => {
  const line = recordedLine({ connection: 1, atMs: 0, from: 'client', text: '{}' });
  expect(() => readRecordedFrames(`${line}\n{"from":"nobody"}\n`)).toThrow('Line 2');
});

import { setImmediate } from 'node:timers/promises';
import { DrivenClock } from '@antiphon/session/testing';
import { expect, it } from 'vitest';
import { RecordingWriter } from './recording-writer.ts';

it('a recording that is complete is not written to again, however long its last write took', async () => {
  const clock = new DrivenClock();
  const writer = new RecordingWriter(clock, 1_024, () => {});
  let writes = 0;
  let finish = () => {};
  const written = {
    isDue: () => true,
    write: async () => {
      writes += 1;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      writer.remove(written);
    },
  };
  writer.add(written);
  writer.writeSoon(written);
  // It is due again while it is busy.
  clock.advance(3_000);
  finish();
  await setImmediate();
  clock.advance(3_000);
  await setImmediate();
  expect(writes).toBe(1);
  expect(clock.pending).toBe(0);
});

it('a recording that was due while it was busy is written to again', async () => {
  const clock = new DrivenClock();
  const writer = new RecordingWriter(clock, 1_024, () => {});
  let writes = 0;
  let finish = () => {};
  const written = {
    isDue: () => writes === 0,
    write: async () => {
      writes += 1;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    },
  };
  writer.add(written);
  writer.writeSoon(written);
  writer.writeSoon(written);
  finish();
  await setImmediate();
  expect(writes).toBe(2);
  finish();
  writer.remove(written);
});

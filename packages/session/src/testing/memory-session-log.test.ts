import { expect, it } from 'vitest';
import { Conversation } from '../conversation.ts';
import { MemorySessionLog } from './memory-session-log.ts';
import { describeSessionLog } from './session-log-suite.ts';
import { TestSession } from './test-session.ts';

describeSessionLog('in memory', () =>
  Promise.resolve({ log: new MemorySessionLog(), close: () => Promise.resolve() }),
);

it('keeps enough of a session to rebuild its conversation', async () => {
  const log = new MemorySessionLog();
  const test = new TestSession({ bargeIn: 'hold' }, {}, { log });
  test.hear(400);
  test.callerTurn();
  test.engine.session.speak('one two three four five six');
  test.hear(500);
  test.detectors.detector.start();
  test.hear(1_000);
  const again = new Conversation();
  for (const entry of await log.read('sess_test')) again.append(entry);
  expect(again.items).toEqual(test.session.control.items());
  expect(again.items.at(-1)).toMatchObject({ text: 'one two', status: 'incomplete' });
});

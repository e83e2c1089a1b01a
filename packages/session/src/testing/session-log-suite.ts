import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConversationEntry } from '../conversation.ts';
import type { SessionLog } from '../ports/session-log.ts';

/** What a {@link SessionLog} is tried with: room for three sessions of a hundred entries. */
export interface SessionLogTrial {
  readonly log: SessionLog;
  close(): Promise<void>;
}

const entries: readonly ConversationEntry[] = [
  {
    type: 'added',
    item: {
      kind: 'message',
      id: 'item_1',
      speaker: 'agent',
      medium: 'audio',
      status: 'inProgress',
      text: '',
      audioMs: 0,
    },
  },
  { type: 'written', itemId: 'item_1', delta: 'Hello there.' },
  { type: 'truncated', itemId: 'item_1', text: 'Hello', audioMs: 420 },
];

/** The contract of the SessionLog port. */
export function describeSessionLog(name: string, setup: () => Promise<SessionLogTrial>): void {
  describe(`SessionLog: ${name}`, () => {
    let trial: SessionLogTrial;

    beforeEach(async () => {
      trial = await setup();
    });

    afterEach(() => trial.close());

    it('gives back the entries of a session in the order of append', async () => {
      for (const entry of entries) trial.log.append('sess_1', entry);
      expect(await trial.log.read('sess_1')).toEqual(entries);
    });

    it('keeps sessions apart', async () => {
      trial.log.append('sess_1', entries[0]!);
      trial.log.append('sess_2', entries[1]!);
      trial.log.append('sess_1', entries[2]!);
      expect(await trial.log.read('sess_1')).toEqual([entries[0], entries[2]]);
      expect(await trial.log.read('sess_2')).toEqual([entries[1]]);
    });

    it('knows nothing of a session that never appended', async () => {
      expect(await trial.log.read('sess_unknown')).toEqual([]);
    });

    it('gives away no way to change what it keeps', async () => {
      trial.log.append('sess_1', entries[0]!);
      const read = (await trial.log.read('sess_1')) as ConversationEntry[];
      read.length = 0;
      expect(await trial.log.read('sess_1')).toEqual([entries[0]]);
    });
  });
}

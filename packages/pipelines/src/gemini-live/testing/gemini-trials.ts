import { afterEach, expect } from 'vitest';
import type { GeminiSettings } from '../gemini-settings.ts';
import type { WireServerMessage } from '../wire-types.ts';
import { GeminiFixture } from './gemini-fixture.ts';
import type { LiveScript } from './live-script.ts';
import type { LocalConnection } from './local-connection.ts';

/** Starts fixtures, each of which must leave nothing behind at the end of its test. */
export function geminiTrials(): (
  script?: LiveScript,
  settings?: Partial<GeminiSettings>,
) => Promise<GeminiFixture> {
  const open: GeminiFixture[] = [];

  afterEach(async () => {
    for (const fixture of open.splice(0)) {
      fixture.caller.session.close();
      // No connection outlives its session, and neither does a timer.
      await fixture.until(() => fixture.upstream.open === 0);
      expect(fixture.clock.pending).toBe(0);
      // Whatever else a test shows, the upstream was told nothing that it has no use for.
      expect(fixture.upstream.connections.flatMap(({ faults }) => faults)).toEqual([]);
      await fixture.close();
    }
  });

  return async (script = {}, settings = {}) => {
    const fixture = await GeminiFixture.start(script, settings);
    open.push(fixture);
    return fixture;
  };
}

/** Does something when the nth message that says this is about to be sent, which is kept back. */
export function at(
  says: (message: WireServerMessage) => unknown,
  nth: number,
  act: (connection: LocalConnection, message: WireServerMessage) => void,
): LiveScript {
  let count = 0;
  return {
    sends: (message, connection) => {
      if (says(message) === undefined) return true;
      count += 1;
      if (count !== nth) return true;
      act(connection, message);
      return false;
    },
  };
}

/** A message with sound. */
export const sound = (message: WireServerMessage): unknown => message.serverContent?.modelTurn;

/** The next answer goes well. */
export async function expectToGoOn(fixture: GeminiFixture): Promise<void> {
  fixture.upstream.script = {};
  fixture.turn('after');
  fixture.answer('after');
  expect((await fixture.ended('after')).outcome).toBe('completed');
}

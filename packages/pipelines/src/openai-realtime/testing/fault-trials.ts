import { afterEach, expect } from 'vitest';
import { RealtimeFixture } from './realtime-fixture.ts';
import type { FixtureOptions } from './realtime-fixture.ts';
import type { UpstreamConnection } from './upstream-connection.ts';
import type { UpstreamScript } from './upstream-script.ts';

/** Starts fixtures, each of which must leave nothing behind at the end of its test. */
export function faultTrials(): (
  script?: UpstreamScript,
  options?: FixtureOptions,
) => Promise<RealtimeFixture> {
  const open: RealtimeFixture[] = [];

  afterEach(async () => {
    for (const fixture of open.splice(0)) {
      fixture.caller.session.close();
      // No connection outlives its session, and neither does a timer.
      await fixture.until(() => fixture.upstream.open === 0);
      expect(fixture.clock.pending).toBe(0);
      await fixture.close();
    }
  });

  return async (script = {}, options = {}) => {
    const fixture = await RealtimeFixture.start(script, options);
    open.push(fixture);
    return fixture;
  };
}

/** Does something when the nth event of a type is about to be sent, which is then kept back. */
export function at(
  type: string,
  nth: number,
  act: (connection: UpstreamConnection) => void,
): UpstreamScript {
  let count = 0;
  return {
    sends: (event, connection) => {
      if (event.type !== type) return true;
      count += 1;
      if (count !== nth) return true;
      act(connection);
      return false;
    },
  };
}

/** The next answer goes well, and knows all that was said before. */
export async function expectToGoOn(fixture: RealtimeFixture): Promise<void> {
  fixture.upstream.script = {};
  fixture.turn('after');
  fixture.answer('after');
  expect((await fixture.ended('after')).outcome).toBe('completed');
}

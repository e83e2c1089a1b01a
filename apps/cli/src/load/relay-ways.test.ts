import { describe, expect, it } from 'vitest';
import { LoadMeasurements } from './load-measurements.ts';
import type { RelayedTurn } from './local-providers.ts';
import { addRelayWays } from './relay-ways.ts';

const ORIGIN = 1_000_000;

/** A turn at a model, in milliseconds of the caller's clock. */
function relayed(caller: number, heardAtMs: number, answeredAtMs: number): RelayedTurn {
  return {
    caller,
    heardAtMs: ORIGIN + heardAtMs,
    toldAtMs: null,
    askedAtMs: null,
    answeredAtMs: ORIGIN + answeredAtMs,
  };
}

function waysOf(answered: LoadMeasurements['answered'], turns: Parameters<typeof addRelayWays>[1]) {
  const measurements = new LoadMeasurements();
  measurements.answered.push(...answered);
  addRelayWays(measurements, turns, ORIGIN);
  const { relayUp, relayBetween, relayDown } = measurements.values;
  return { relayUp, relayBetween, relayDown };
}

describe('the ways of a relay', () => {
  it('are what lies between the caller and the model', () => {
    const turns = [{ caller: 1, endAtMs: 500, answeredAtMs: 510 }];
    const asked = { ...relayed(1, 502, 507), toldAtMs: ORIGIN + 503, askedAtMs: ORIGIN + 506 };
    expect(waysOf(turns, [asked])).toEqual({
      relayUp: [2],
      relayBetween: [3],
      relayDown: [3],
    });
  });

  it('are those of the caller’s own turn, among others of theirs and of others', () => {
    const turns = [
      { caller: 1, endAtMs: 500, answeredAtMs: 510 },
      { caller: 1, endAtMs: 4_000, answeredAtMs: 4_008 },
    ];
    const models = [relayed(2, 501, 503), relayed(1, 502, 504), relayed(1, 4_001, 4_002)];
    expect(waysOf(turns, models)).toMatchObject({ relayUp: [2, 1], relayDown: [6, 6] });
  });

  it('are not told of a turn that the model did not see', () => {
    const turns = [{ caller: 1, endAtMs: 500, answeredAtMs: 510 }];
    const models = [relayed(1, 400, 410), relayed(1, 600, 610)];
    expect(waysOf(turns, models)).toEqual({ relayUp: [], relayBetween: [], relayDown: [] });
  });
});

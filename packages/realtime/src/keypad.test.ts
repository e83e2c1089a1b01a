import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

describe('antiphon.dtmf', () => {
  it.each(['ga', 'beta'] as const)(
    'passes each key on to the session and is answered with nothing, in %s',
    (dialect) => {
      const trial = new WireTrial({ dialect });
      trial.lines();
      for (const digit of ['1', 'A', '*']) trial.send({ type: 'antiphon.dtmf', digit });
      expect(trial.facts).toEqual([
        { type: 'leg.dtmf', digit: '1' },
        { type: 'leg.dtmf', digit: 'A' },
        { type: 'leg.dtmf', digit: '*' },
      ]);
      expect(trial.lines()).toEqual([]);
    },
  );

  it('is answered with an error where it is no key, and the session goes on', () => {
    const trial = new WireTrial();
    trial.lines();
    trial.send({ type: 'antiphon.dtmf', digit: '11', event_id: 'two' });
    expect(trial.lines()).toEqual(['error invalid_value for two']);
    expect(trial.facts).toEqual([]);
    trial.send({ type: 'antiphon.dtmf', digit: '1' });
    expect(trial.facts).toEqual([{ type: 'leg.dtmf', digit: '1' }]);
  });
});

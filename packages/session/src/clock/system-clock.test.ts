import { DrivenClock } from '../testing/driven-clock.ts';
import { describeClock } from '../testing/clock-suite.ts';
import { systemClock } from './system-clock.ts';

describeClock('system', () => ({
  clock: systemClock,
  pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}));

describeClock('driven', () => {
  const clock = new DrivenClock();
  return {
    clock,
    pass: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
  };
});

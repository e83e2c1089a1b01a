import { describeCallerLeg } from './caller-leg-suite.ts';
import { DrivenClock } from './driven-clock.ts';
import { MemoryLeg } from './memory-leg.ts';

describeCallerLeg('in memory', () => {
  const leg = new MemoryLeg(new DrivenClock());
  return {
    leg,
    callerSpeaks: () => leg.speak(new Int16Array(800).fill(900)),
    callerLeaves: () => leg.hangUp(),
    receivedMs: () => leg.sentMs(),
  };
});

export { DrivenClock } from './driven-clock.ts';
export { FakeDetector, FakeDetectors } from './fake-detectors.ts';
export { FAKE_WORD_MS, FakeEngine, FakeEngineSession } from './fake-engine.ts';
export { FakeTools } from './fake-tools.ts';
export { ListeningChannel } from './listening-channel.ts';
export { MemoryLeg } from './memory-leg.ts';
export { TEST_CONFIG, TestSession } from './test-session.ts';

export { describeControlChannel } from './control-channel-suite.ts';
export { CallerEar } from './caller-ear.ts';
export { describeCallerLeg } from './caller-leg-suite.ts';
export { DrivenClock } from './driven-clock.ts';
export type { VoiceEngineTrial } from './engine-listener.ts';
export { FakeDetectors } from './fake-detectors.ts';
export { FAKE_WORD_MS, FakeEngine } from './fake-engine.ts';
export { FakeFollowUps } from './fake-follow-ups.ts';
export { FakeTools } from './fake-tools.ts';
export { violations } from './invariants.ts';
export {
  describeFollowUps,
  type FollowUpsTrial,
  type HandedMail,
  type MailAnswer,
} from './follow-ups-suite.ts';
export {
  KNOWN_LINES,
  knownAudio,
  knownSpeech,
  seededRandom,
  wordsPlayed,
  type KnownSpeech,
} from './known-speech.ts';
export { ListeningChannel } from './listening-channel.ts';
export { MemoryLeg } from './memory-leg.ts';
export { MOVES, type Move } from './session-moves.ts';
export { describeRecorder } from './recorder-suite.ts';
export { TEST_CONFIG, TestSession } from './test-session.ts';
export { CANCEL_ORDER, ToolSession } from './tool-session.ts';
export { describeToolRunner } from './tool-runner-suite.ts';
export { describeTruncation } from './truncation-suite.ts';
export { describeTurnDetectors } from './turn-detectors-suite.ts';
export { describeVoiceEngine } from './voice-engine-suite.ts';

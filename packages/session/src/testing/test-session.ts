import type { LegCapabilities } from '../ports/caller-leg.ts';
import type { AgentDefinition } from '../ports/agent-definition.ts';
import { DEFAULT_TOOL_PHRASES, PLAIN_TOOL } from '../ports/session-config.ts';
import type { SessionConfig } from '../ports/session-config.ts';
import type { Session, SessionOptions } from '../session-options.ts';
import { startSession } from '../session-runtime.ts';
import { DrivenClock } from './driven-clock.ts';
import { FakeDetectors } from './fake-detectors.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeTools } from './fake-tools.ts';
import { ListeningChannel } from './listening-channel.ts';
import { MemoryLeg } from './memory-leg.ts';

/** A configuration with nothing special in it. */
export const TEST_CONFIG: SessionConfig = {
  instructions: 'Be brief.',
  voice: 'slt',
  speed: 1,
  modality: 'audio',
  tools: [
    {
      ...PLAIN_TOOL,
      name: 'lookup_order',
      description: 'Finds an order.',
      parameters: { type: 'object' },
      runs: 'server',
      timeoutMs: 5_000,
    },
    {
      ...PLAIN_TOOL,
      name: 'client_tool',
      description: 'Runs at the client.',
      parameters: { type: 'object' },
      runs: 'client',
      coverAfterMs: 5_000,
      timeoutMs: 5_000,
    },
    {
      ...PLAIN_TOOL,
      name: 'transfer_to_human',
      description: 'Hands the caller over.',
      parameters: { type: 'object' },
      runs: 'session',
      timeoutMs: 5_000,
    },
  ],
  toolChoice: 'auto',
  maxOutputTokens: null,
  temperature: null,
  turnDetection: {
    mode: 'vad',
    threshold: 0.5,
    prefixPaddingMs: 300,
    silenceDurationMs: 500,
    createsResponse: true,
    interruptsResponse: true,
  },
  greeting: 'Hello there.',
  covers: ['One moment.', 'Checking now.'],
  toolPhrases: DEFAULT_TOOL_PHRASES,
  keypad: 'open',
  listeningNoises: [],
  listeningAfterMs: 6_000,
  apology: 'Sorry, something went wrong.',
  farewell: 'Goodbye.',
};

/** What differs from a plain session; `hearsSpelling` is the engine's, `onFailure` the agent's. */
export interface TestSessionOptions extends Partial<SessionOptions> {
  readonly hearsSpelling?: boolean;
  readonly onFailure?: AgentDefinition['onFailure'];
}

/** A whole session on a driven clock, with every neighbour in the test's hands. */
export class TestSession {
  readonly clock = new DrivenClock();
  readonly engine: FakeEngine;
  readonly detectors = new FakeDetectors();
  readonly tools = new FakeTools();
  readonly channel = new ListeningChannel();
  readonly leg: MemoryLeg;
  readonly session: Session;

  constructor(
    leg: Partial<LegCapabilities> = {},
    config: Partial<SessionConfig> = {},
    { channels = [], hearsSpelling = false, onFailure, ...more }: TestSessionOptions = {},
  ) {
    this.engine = new FakeEngine(hearsSpelling);
    this.leg = new MemoryLeg(this.clock, leg);
    const agent: AgentDefinition = {
      name: 'test',
      description: 'For tests.',
      pipeline: 'fake',
      detector: 'energy',
      config: { ...TEST_CONFIG, ...config },
      dialogue: null,
      ...(onFailure && { onFailure }),
    };
    this.session = startSession({
      sessionId: 'sess_test',
      agent,
      leg: this.leg,
      channels: [...channels, this.channel],
      engine: this.engine,
      detectors: this.detectors,
      tools: this.tools,
      clock: this.clock,
      ...more,
    });
  }

  /** The caller is silent, or makes sound, for a while of 20 ms frames. */
  hear(ms: number): void {
    for (let elapsedMs = 0; elapsedMs < ms; elapsedMs += 20) {
      this.leg.speak(new Int16Array(160));
      this.clock.advance(20);
    }
  }

  /** A whole caller turn, found and committed. */
  callerTurn(ms = 1_000): void {
    this.detectors.detector.start();
    this.hear(ms);
    this.detectors.detector.stop();
  }

  /** The agent's item spoken last. */
  get agentItemId(): string {
    const item = this.session.control
      .items()
      .filter((candidate) => candidate.kind === 'message' && candidate.speaker === 'agent')
      .at(-1);
    if (!item) throw new Error('The agent said nothing.');
    return item.id;
  }
}

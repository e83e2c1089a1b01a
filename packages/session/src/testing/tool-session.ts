import { PLAIN_TOOL } from '../ports/session-config.ts';
import type { SessionConfig, ToolDefinition } from '../ports/session-config.ts';
import type { LegCapabilities } from '../ports/caller-leg.ts';
import type { SessionOptions } from '../session-options.ts';
import { FakeFollowUps } from './fake-follow-ups.ts';
import { TEST_CONFIG, TestSession } from './test-session.ts';

const ANY_ARGUMENTS = { type: 'object' } as const;

/** A tool that is read back first. */
export const CANCEL_ORDER: ToolDefinition = {
  ...PLAIN_TOOL,
  name: 'cancel_order',
  description: 'Cancels an order.',
  parameters: ANY_ARGUMENTS,
  runs: 'server',
  confirm: 'verbal',
  readBack: "[I'll cancel order {order_id}] and refund it. Shall I?",
};

/** A tool whose answer may come by e-mail. */
export const TRACE_PACKAGE: ToolDefinition = {
  ...PLAIN_TOOL,
  name: 'trace_package',
  description: 'Finds a package.',
  parameters: ANY_ARGUMENTS,
  runs: 'server',
  covers: ['Asking the carrier.'],
  deadlineMs: 8_000,
  timeoutMs: 60_000,
  followUp: { subject: 'Your package', body: '{result}' },
};

/** How a leg, a configuration and neighbours differ from those of a test session. */
export interface ToolSessionOptions {
  readonly leg?: Partial<LegCapabilities>;
  readonly config?: Partial<SessionConfig>;
  readonly more?: Partial<SessionOptions>;
  readonly hearsSpelling?: boolean;
}

/** A session with tools that take long or want consent, whose engine speaks its texts at once. */
export class ToolSession extends TestSession {
  readonly followUps: FakeFollowUps;

  constructor({
    leg = {},
    config = {},
    more = {},
    hearsSpelling = false,
  }: ToolSessionOptions = {}) {
    const followUps = new FakeFollowUps();
    super(
      leg,
      { tools: [...TEST_CONFIG.tools, CANCEL_ORDER, TRACE_PACKAGE], ...config },
      { followUps, contactEmail: 'jo@example.com', hearsSpelling, ...more },
    );
    this.followUps = followUps;
    this.engine.session.autoReply = (request) => (request.kind === 'say' ? request.text : 'Fine.');
    this.hear(400);
  }

  /** The caller says something that an answer follows which calls this tool and says nothing. */
  calls(name: string, args = '{"order_id":"4471"}', callId?: string): string {
    const { session } = this.engine;
    const { autoReply } = session;
    session.autoReply = null;
    this.callerTurn();
    const id = session.call(name, args, callId);
    session.autoReply = autoReply;
    session.end();
    return id;
  }

  /** The caller says this, once everything has been heard. */
  says(text: string, ms = 400): void {
    this.engine.session.transcript = text;
    this.callerTurn(ms);
  }

  /** Time passes with silence on the line. */
  async wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 20) {
      this.hear(Math.min(20, left));
      await Promise.resolve();
      await Promise.resolve();
    }
  }

  /** What the agent has said, oldest first. */
  get said(): string[] {
    return this.engine.session.requests.flatMap((request) =>
      request.kind === 'say' ? [request.text] : [],
    );
  }

  /** The turn's state of this moment. */
  get turnState(): string {
    return this.channel.turnStates().at(-1) ?? 'listening';
  }

  /** The outputs in the conversation. */
  get outputs(): string[] {
    return this.session.control
      .items()
      .flatMap((item) => (item.kind === 'toolOutput' ? [item.output] : []));
  }
}

import { FakeTextToSpeech } from '../../testing/index.ts';
import { ConversationFixture, PLAIN_CONFIG } from '../../upstream/testing/conversation-fixture.ts';
import { GeminiLiveEngine } from '../gemini-live-engine.ts';
import type { GeminiSettings } from '../gemini-settings.ts';
import type { LiveScript } from './live-script.ts';
import { LocalGemini } from './local-gemini.ts';

/** A connection that is opened for a reason is there by then. */
const LONGEST_MS = 10_000;

/** An engine on a driven clock, an upstream over a socket, and one session between them. */
export class GeminiFixture extends ConversationFixture {
  readonly upstream: LocalGemini;

  private constructor(upstream: LocalGemini, settings: Partial<GeminiSettings>) {
    super(
      ({ clock, aligner, faults, costs }) =>
        new GeminiLiveEngine({
          settings: { ...upstream.settings, ...settings },
          clock,
          config: PLAIN_CONFIG,
          speech: { textToSpeech: new FakeTextToSpeech(clock), defaultVoice: 'fake-voice' },
          aligner,
          onFault: (_sessionId, fault) => faults.push(fault),
          onCost: (_sessionId, cost) => costs.push(cost),
        }),
    );
    this.upstream = upstream;
  }

  static async start(
    script: LiveScript = {},
    settings: Partial<GeminiSettings> = {},
  ): Promise<GeminiFixture> {
    return new GeminiFixture(await LocalGemini.start(script), settings);
  }

  /** So many connections were made, and the last of them is set up. */
  async connected(count = 1): Promise<void> {
    const { connections } = this.upstream;
    const isThere = () => connections.length >= count && this.upstream.last.setup !== null;
    const latestMs = this.clock.now() + LONGEST_MS;
    await this.until(
      () => {
        if (this.clock.now() > latestMs) throw new Error(`There is no connection ${count}.`);
        return isThere();
      },
      count > 1 ? 1 : 0,
    );
    await this.upstream.last.taken();
  }

  /** What the last connection knows, a line each. */
  get said(): readonly string[] {
    return this.upstream.last.said;
  }

  async close(): Promise<void> {
    this.caller.session.close();
    await this.upstream.close();
  }
}

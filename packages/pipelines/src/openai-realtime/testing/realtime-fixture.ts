import { ConversationFixture, PLAIN_CONFIG } from '../../upstream/testing/conversation-fixture.ts';
import type { AnswerCost } from '../../upstream/token-costs.ts';
import { FakeTextToSpeech } from '../../testing/index.ts';
import { OpenaiRealtimeEngine } from '../openai-realtime-engine.ts';
import type { RealtimeSettings } from '../realtime-settings.ts';
import { RealtimeUpstream } from './realtime-upstream.ts';
import type { UpstreamScript } from './upstream-script.ts';

/** What a fixture is made with. */
export interface FixtureOptions {
  readonly settings?: Partial<RealtimeSettings>;
  /** Whether the model reads texts aloud itself. */
  readonly readsAloud?: boolean;
  /** Whether a voice of ours says what it cannot; only where it reads aloud. */
  readonly hasLastResort?: boolean;
}

/** An engine on a driven clock, an upstream over a socket, and one session between them. */
export class RealtimeFixture extends ConversationFixture {
  readonly upstream: RealtimeUpstream;
  /** What was paid for transcripts. */
  readonly transcriptCosts: AnswerCost[] = [];

  private constructor(upstream: RealtimeUpstream, options: FixtureOptions) {
    super(({ clock, aligner, faults, costs }) => {
      const speech = { textToSpeech: new FakeTextToSpeech(clock), defaultVoice: 'fake-voice' };
      return new OpenaiRealtimeEngine({
        settings: { ...upstream.settings, ...options.settings },
        clock,
        config: PLAIN_CONFIG,
        ...(!options.readsAloud && { speech }),
        ...(options.hasLastResort && { lastResort: speech }),
        aligner,
        onFault: (_sessionId, fault) => faults.push(fault),
        onCost: (_sessionId, cost, of) =>
          (of === 'answer' ? costs : this.transcriptCosts).push(cost),
      });
    });
    this.upstream = upstream;
  }

  static async start(
    script: UpstreamScript = {},
    options: FixtureOptions = {},
  ): Promise<RealtimeFixture> {
    return new RealtimeFixture(await RealtimeUpstream.start(script), options);
  }

  /** The upstream session is there and was told its configuration. */
  async connected(count = 1): Promise<void> {
    const { connections } = this.upstream;
    const isThere = () => connections.length >= count && this.upstream.last.heard.length > 0;
    await this.until(isThere, count > 1 ? 1 : 0);
  }

  async close(): Promise<void> {
    this.caller.session.close();
    await this.upstream.close();
  }
}

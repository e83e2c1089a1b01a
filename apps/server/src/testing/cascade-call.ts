import {
  answersOf,
  CHAT_KEY,
  DEEPGRAM_KEY,
  FakeLanguageModel,
  fakeText,
  LocalChatServer,
  LocalDeepgramServer,
} from '@antiphon/pipelines/testing';
import { startSession, systemClock as clock } from '@antiphon/session';
import type { AgentDefinition, CascadeServices, Session, SessionEvent } from '@antiphon/session';
import {
  FakeDetectors,
  FakeTools,
  ListeningChannel,
  MemoryLeg,
  TEST_CONFIG,
} from '@antiphon/session/testing';
import type { CascadePipeline } from '../cascade-pipeline.ts';
import { openCascade } from './opened-cascade.ts';

/** What is said when something has failed. */
export const APOLOGY = 'Sorry, could you say that again?';

/** What the model answers. */
export const ANSWER = 'Your order has shipped already.';

const KEYS: Readonly<Record<string, string>> = { EAR_KEY: DEEPGRAM_KEY, CHAT_KEY };

/** What differs from a call in which all goes well. */
interface CallOptions {
  readonly services?: Partial<CascadeServices>;
  /** By the names of their variables. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** A session of a cascade whose providers are on this machine, in real time. */
export class CascadeCall {
  readonly chat: LocalChatServer;
  readonly leg = new MemoryLeg(clock);
  readonly channel = new ListeningChannel();
  readonly session: Session;
  readonly #detectors = new FakeDetectors();
  readonly #closings: (() => Promise<void>)[];

  private constructor(
    chat: LocalChatServer,
    pipeline: CascadePipeline,
    { agent, closings }: { agent: AgentDefinition; closings: (() => Promise<void>)[] },
  ) {
    this.chat = chat;
    this.#closings = closings;
    this.session = startSession({
      sessionId: 'session-a',
      agent,
      leg: this.leg,
      channels: [this.channel],
      engine: pipeline.engineOf(agent),
      detectors: this.#detectors,
      tools: new FakeTools(),
      clock,
    });
  }

  static async open({ services = {}, keys = {} }: CallOptions): Promise<CascadeCall> {
    const ear = await LocalDeepgramServer.start();
    const chat = await LocalChatServer.start({
      answer: answersOf(new FakeLanguageModel(clock, [fakeText(ANSWER)])),
    });
    const agent: AgentDefinition = {
      name: 'hello',
      description: 'Says hello.',
      pipeline: 'cascade',
      detector: 'energy',
      config: { ...TEST_CONFIG, tools: [], covers: [], apology: APOLOGY },
      dialogue: null,
      cascade: {
        speechToText: { provider: 'deepgram', url: ear.url, apiKeyVariable: 'EAR_KEY' },
        languageModel: {
          provider: 'openai',
          url: chat.url,
          model: 'local-chat',
          apiKeyVariable: 'CHAT_KEY',
        },
        textToSpeech: { provider: 'embedded', voice: 'slt' },
        ...services,
      },
    };
    const cascade = await openCascade(agent, clock, { ...KEYS, ...keys });
    const closings = [ear, chat, cascade].map((part) => () => part.close());
    return new CascadeCall(chat, cascade.pipeline, { agent, closings });
  }

  /** The caller says something for a third of a second. */
  speak(): void {
    const { detector } = this.#detectors;
    detector.start();
    for (let frames = 0; frames < 16; frames += 1) this.leg.speak(new Int16Array(160).fill(900));
    detector.stop();
  }

  /** What the agent was heard saying to its end. */
  get heard(): readonly string[] {
    const drained = new Set(this.of('playout.drained').map(({ itemId }) => itemId));
    return this.session.control
      .items()
      .flatMap((item) =>
        item.kind === 'message' && item.speaker === 'agent' && drained.has(item.id)
          ? [item.text ?? '']
          : [],
      );
  }

  of<Type extends SessionEvent['type']>(type: Type): Extract<SessionEvent, { type: Type }>[] {
    return this.channel.of(type);
  }

  async close(): Promise<void> {
    this.leg.hangUp();
    await this.session.ended;
    for (const close of this.#closings.toReversed()) await close();
  }
}

import { FakeEngine } from '@antiphon/session/testing';
import type { ConversationItem, EngineContext, GenerationRequest } from '@antiphon/session';

/** What a scripted model does for one answer. */
export interface ScriptedAnswer {
  readonly say?: string;
  readonly call?: { readonly name: string; readonly arguments: string };
}

/** An engine whose model answers as a test says, and that speaks what the session has to say. */
export class ScriptedEngine extends FakeEngine {
  readonly #answer: (history: readonly ConversationItem[]) => ScriptedAnswer;

  constructor(answer: (history: readonly ConversationItem[]) => ScriptedAnswer) {
    super();
    this.#answer = answer;
  }

  override open(context: EngineContext): ReturnType<FakeEngine['open']> {
    const session = super.open(context);
    const generate = session.generate.bind(session);
    session.generate = (request: GenerationRequest) => {
      generate(request);
      // An engine answers after the call that asks it to.
      setImmediate(() => {
        if (session.isClosed || session.request !== request) return;
        const isOwn = request.kind === 'say';
        const { say = '', call } = isOwn ? { say: request.text } : this.#answer(context.history());
        if (say !== '') session.speak(say);
        if (call) session.call(call.name, call.arguments);
        session.end();
      });
    };
    return session;
  }
}

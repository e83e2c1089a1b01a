import { FakeDetectors, FakeEngine } from '@antiphon/session/testing';
import type { EngineContext, GenerationRequest } from '@antiphon/session';
import type { Pipelines } from '../pipelines.ts';

/** An engine that first calls `add` twice at once, and then says what it was given back. */
export class ParallelCallsEngine extends FakeEngine {
  override open(context: EngineContext): ReturnType<FakeEngine['open']> {
    const session = super.open(context);
    const generate = session.generate.bind(session);
    session.generate = (request: GenerationRequest) => {
      generate(request);
      // An engine answers after the call that asks it to.
      setImmediate(() => {
        const outputs = context
          .history()
          .flatMap((item) => (item.kind === 'toolOutput' ? [item.output] : []));
        if (outputs.length === 0) {
          session.call('add', '{"a":1,"b":2}', 'call_first');
          session.call('add', '{"a":3,"b":4}', 'call_second');
        } else session.speak(`They are ${outputs.join(' and ')}.`);
        session.end();
      });
    };
    return session;
  }
}

/** Pipelines of this engine alone, for every agent. */
export function pipelinesOf(engine: FakeEngine): Pipelines {
  const detectors = new FakeDetectors();
  return {
    engineOf: () => engine,
    detectorsOf: () => detectors,
    voiceOf: () => null,
    close: () => Promise.resolve(),
  };
}

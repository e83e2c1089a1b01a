import type { EngineEvent, EngineSession, SessionConfig, VoiceEngine } from '@antiphon/session';
import type { LiveScript, ScriptedReply } from './live-script.ts';

const RATE = 16_000;
const FRAME = RATE / 50;

/** A script that hears, thinks and speaks as another engine does, one turn at a time. */
export function engineModel(engine: VoiceEngine, config: SessionConfig): LiveScript {
  return {
    transcribe: (pcm) =>
      new Promise((resolve) => {
        const session: EngineSession = engine.open({
          sessionId: 'model-ear',
          history: () => [],
          onEvent: (event) => {
            if (event.type !== 'transcript' || !event.isFinal) return;
            session.close();
            resolve(event.text);
          },
        });
        session.beginTurn('turn');
        for (let from = 0; from < pcm.length; from += FRAME) {
          session.hear({ pcm: pcm.slice(from, from + FRAME), sampleRate: RATE, atMs: 0 });
        }
        session.commitTurn('turn');
      }),
    answer: ({ items }) =>
      new Promise((resolve) => {
        const told: EngineEvent[] = [];
        const session: EngineSession = engine.open({
          sessionId: 'model-mouth',
          history: () => items,
          onEvent: (event) => {
            told.push(event);
            if (event.type !== 'generation.ended') return;
            session.close();
            resolve(replyOf(told));
          },
        });
        session.generate({ kind: 'answer', generationId: 'answer', config, options: {} });
      }),
  };
}

function replyOf(told: readonly EngineEvent[]): ScriptedReply {
  const text = told.flatMap((event) => (event.type === 'generation.text' ? event.delta : []));
  const calls = told.flatMap((event) =>
    event.type === 'generation.toolCall'
      ? { name: event.name, args: JSON.parse(event.arguments) as Record<string, unknown> }
      : [],
  );
  const chunks = told.filter((event) => event.type === 'generation.audio');
  const outputRate = chunks[0]?.sampleRate ?? 24_000;
  const samples = chunks.flatMap(({ pcm }) => [...pcm]);
  return {
    ...(text.length > 0 && { text: text.join('') }),
    pcm: () => Int16Array.from(samples),
    outputRate,
    calls,
  };
}

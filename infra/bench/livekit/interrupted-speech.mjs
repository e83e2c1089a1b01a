// Reads { interruptions, isTimed, atOnce } from standard input, interrupts @livekit/agents that
// often, headless and in real time, and writes [{ playedMs, kept }] to standard output.
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { createRequire } from 'node:module';
import path from 'node:path';
import { initializeLogger, voice } from '@livekit/agents';
import { KnownModel, KnownVoice, SAMPLE_RATE } from './known-voice.mjs';
import { PacedSink } from './paced-sink.mjs';

/** After an interruption was settled, for what the history still learns. */
const SETTLED_MS = 100;
const GIVEN_UP_MS = 30_000;

/** Where synchronized text would be shown. */
class SilentText {
  captureText() {
    return Promise.resolve();
  }
  flush() {}
  onAttached() {}
  onDetached() {}
}

initializeLogger({ pretty: false, level: 'error' });
// A room has it by default; without a room it is to be found only by its path.
const main = createRequire(import.meta.url).resolve('@livekit/agents');
const { TranscriptionSynchronizer } = await import(
  pathToFileURL(path.join(main, '../voice/transcription/synchronizer.js')).href
);

const { interruptions, isTimed, atOnce } = JSON.parse(await text(process.stdin));
const outcomes = Array(interruptions.length);
let next = 0;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (next < interruptions.length) {
      const index = next++;
      outcomes[index] = await interrupt(interruptions[index]);
    }
  }),
);
process.stdout.write(JSON.stringify(outcomes), () => process.exit(0));

async function interrupt(speech) {
  const sink = new PacedSink(SAMPLE_RATE);
  const model = new KnownModel();
  const known = new KnownVoice(isTimed);
  model.speech = speech;
  known.speech = speech;
  const session = new voice.AgentSession({
    tts: known,
    llm: model,
    vad: null,
    aecWarmupDuration: null,
    userAwayTimeout: null,
    turnHandling: { turnDetection: 'manual' },
  });
  const synchronizer = new TranscriptionSynchronizer(sink, new SilentText());
  session.output.audio = synchronizer.audioOutput;
  session.output.transcription = synchronizer.textOutput;
  await session.start({ agent: new voice.Agent({ instructions: 'Be brief.' }), record: false });

  const isReached = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nothing was played')), GIVEN_UP_MS);
    sink.at(speech.cutAtMs, () => {
      clearTimeout(timer);
      handle.interrupt();
      resolve();
    });
  });
  const handle =
    speech.kind === 'say'
      ? session.say(speech.text)
      : session.generateReply({ userInput: 'Go on.' });
  await isReached;
  await handle.waitForPlayout();
  await new Promise((resolve) => {
    setTimeout(resolve, SETTLED_MS);
  });
  const item = session.history.items.findLast(({ role }) => role === 'assistant');
  const outcome = { playedMs: sink.lastPlayedMs, kept: item?.textContent ?? '' };
  await session.close();
  return outcome;
}

import { parentPort } from 'node:worker_threads';
import { PipelineError } from '../../pipeline-error.ts';
import { WORKER_READY } from '../../start-worker.ts';
import { PronouncingDictionary } from '../pronouncing-dictionary.ts';
import { FliteProgram, type FliteRequest } from './flite-program.ts';
import { guessPhones } from './letter-sounds.ts';
import type { Pronunciations } from './phone-alignment.ts';
import { speakableText, spokenForm } from '../../spoken/spoken-form.ts';
import { timeSpeech, type TimedSpeech } from './timed-speech.ts';

/** What the thread posts for each request: the speech, or why there is none. */
export type FliteReply =
  | { readonly ok: true; readonly speech: TimedSpeech }
  | { readonly ok: false; readonly message: string };

/** Of a text that has nothing to say: no sample, at the rate of most voices. */
const SILENT_RATE = 16000;

if (parentPort) await serve(parentPort);

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const program = await FliteProgram.load();
  const dictionary = PronouncingDictionary.read();
  // The first utterance compiles much of the program; no caller should wait for that.
  program.speak({ text: 'one moment', voice: 'slt', speed: 1 });
  program.prepare();
  port.on('message', (request: FliteRequest) => {
    try {
      const speech = speak(program, dictionary, request);
      port.postMessage({ ok: true, speech } satisfies FliteReply, [speech.pcm.buffer]);
    } catch (error) {
      const message =
        error instanceof PipelineError ? error.message : `Flite broke off: ${String(error)}`;
      port.postMessage({ ok: false, message } satisfies FliteReply);
    }
    setImmediate(() => program.prepare());
  });
  port.postMessage(WORKER_READY);
}

function speak(
  program: FliteProgram,
  dictionary: PronouncingDictionary,
  request: FliteRequest,
): TimedSpeech {
  const words = spokenForm(request.text);
  const text = speakableText(words);
  const speech =
    text === ''
      ? ({ pcm: new Int16Array(0), sampleRate: SILENT_RATE, phones: [] } as const)
      : program.speak({ ...request, text });
  return timeSpeech(speech, words, (spoken) => pronunciations(dictionary, spoken));
}

function pronunciations(dictionary: PronouncingDictionary, word: string): Pronunciations {
  const known = dictionary.lookup(word);
  if (known.length === 0) return [guessPhones(word)];
  return known.map((phones) => phones.map((phone) => phone.toLowerCase()));
}

import { SaidWords } from '../spoken/said-words.ts';
import { spokenForm } from '../spoken/spoken-form.ts';
import type { SpokenWord } from '../spoken/spoken-form.ts';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from './ports/text-to-speech.ts';

/** An identifier of capitals and digits, such as SKU-4471. */
const CODE = /^(["'([]*)((?=[A-Z\d-]*[A-Z])(?=[A-Z\d-]*\d)[A-Z\d][A-Z\d-]*)(["')\].,;:!?…]*)$/u;

/**
 * Gives a synthesizer numbers as people say them: identifiers digit by digit, dates, amounts and
 * telephone numbers in words. Hosted voices read 4471 as a quantity. Other words are left to the
 * voice. American English. Word times are told for what is written.
 */
export class SpelledOutTextToSpeech implements TextToSpeech {
  readonly #voice: TextToSpeech;

  constructor(voice: TextToSpeech) {
    this.#voice = voice;
  }

  get name(): string {
    return this.#voice.name;
  }

  get voices(): readonly string[] {
    return this.#voice.voices;
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    if (!/\d/u.test(request.text)) return this.#voice.synthesize(request, events);
    const words = spokenForm(request.text);
    const said = words.map(sayingOf);
    const text = said.join(' ');
    const written = words.map((word) => word.written);
    const times = new SaidWords(written, said);
    return this.#voice.synthesize(
      { ...request, text },
      {
        onWords: (timed) => {
          const told = times.take(timed);
          if (told.length > 0) events.onWords(told);
        },
        onAudio: (pcm, sampleRate) => events.onAudio(pcm, sampleRate),
        onEnd: () => events.onEnd(),
        onError: (error) => events.onError(error),
        onUsed: (used) => events.onUsed?.(used),
      },
    );
  }

  close(): Promise<void> {
    return this.#voice.close();
  }
}

function sayingOf({ written, spoken, pause }: SpokenWord): string {
  const [, head = '', code, tail = ''] = CODE.exec(written) ?? [];
  if (code !== undefined) return `${head}${spelled(code)}${tail}`;
  // Units and suffixes, such as 7pm and 3rd, are read well as they are written.
  if (!/\d/u.test(written) || /\p{L}/u.test(written) || spoken.length === 0) return written;
  return `${spoken.join(' ').replaceAll(' ,', ',')}${pause}`;
}

/** Letters and digits one by one, with a pause for each hyphen. */
function spelled(code: string): string {
  return code
    .split('-')
    .filter((part) => part !== '')
    .map((part) => Array.from(part).join(' '))
    .join(', ');
}

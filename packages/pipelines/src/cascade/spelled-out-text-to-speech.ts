import { spelledCode } from '../spoken/codes-in-words.ts';
import { SaidWords } from '../spoken/said-words.ts';
import { spokenForm } from '../spoken/spoken-form.ts';
import type { SpokenWord } from '../spoken/spoken-form.ts';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from './ports/text-to-speech.ts';

/** A code and the marks around it. */
const EDGES = /^([^\p{L}\p{N}]*)(.*?)([^\p{L}\p{N}]*)$/u;

const HALF_OF_DAY = /\d[ap]\.?m\b/iu;

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

  get maxInstructions(): number {
    return this.#voice.maxInstructions ?? 0;
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    if (!/\d/u.test(request.text)) return this.#voice.synthesize(request, events);
    const words = spokenForm(request.text);
    const said = words.map(sayingOf);
    const text = said.filter((word) => word !== '').join(' ');
    const written = words.map((word) => word.written);
    const times = new SaidWords(written, said);
    if (text !== written.join(' ')) events.onSpelledOut?.();
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

function sayingOf({ written, spoken, pause, kind }: SpokenWord): string {
  if (kind === 'word') return written;
  if (kind === 'code') {
    const [, head = '', code = '', tail = ''] = EDGES.exec(written) ?? [];
    return `${head}${spelledCode(code)}${tail}`;
  }
  // Voices know times of day with their half, and no name for it is read better than "pm".
  if (HALF_OF_DAY.test(written)) return written.replace(/(?<=\w)[-–](?=\d)/u, ' to ');
  return spoken.length === 0 ? '' : `${spoken.join(' ').replaceAll(' ,', ',')}${pause}`;
}

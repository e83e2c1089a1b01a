import type { TimedWord } from '@antiphon/session';
import { frameFault, providerFault } from '../provider-fault.ts';
import type { SpeechFrame, SpeechProtocol } from '../socket-speech.ts';
import type { SocketFrame } from '../warm-socket.ts';

export const PROVIDER = 'ElevenLabs';

/** One text in a context of the multi-context WebSocket. */
export class ElevenlabsContext implements SpeechProtocol {
  readonly #text: string;
  readonly #settings: Readonly<Record<string, number>>;
  /** The letters since the last blank. */
  #word: { text: string; startMs: number; endMs: number } | null = null;
  /** Where the characters so far end in the audio of the piece. */
  #endMs = 0;

  constructor(text: string, settings: Readonly<Record<string, number>>) {
    this.#text = text;
    this.#settings = settings;
  }

  begin(id: string): readonly object[] {
    const hasSettings = Object.keys(this.#settings).length > 0;
    return [
      { text: ' ', context_id: id, ...(hasSettings && { voice_settings: this.#settings }) },
      { text: `${this.#text} `, context_id: id, flush: true },
      // A context that was flushed is spoken to its end, and then told to be final.
      { context_id: id, close_context: true },
    ];
  }

  stop(): readonly object[] {
    return [];
  }

  read(frame: SocketFrame, lengthMs: number): SpeechFrame {
    if (frame['error'] !== undefined && frame['error'] !== null) {
      return { fault: frameFault(PROVIDER, [frame['error']]) };
    }
    const tokens = this.#tokens(frame['alignment'], lengthMs);
    if (tokens === null) return garbled('character times');
    const { audio } = frame;
    if (typeof audio !== 'string' && audio !== null && audio !== undefined) return garbled('audio');
    const isLast = frame['isFinal'] === true;
    if (isLast && this.#word) tokens.push(this.#word);
    return { tokens, isLast, ...(typeof audio === 'string' && audio !== '' && { audio }) };
  }

  /**
   * The words that end in a frame; null where lists do not go together. By their description, times
   * are relative to the audio they come with; they have been seen relative to the context as well.
   * Characters follow upon each other, which tells the two apart.
   */
  #tokens(alignment: unknown, lengthMs: number): TimedWord[] | null {
    const words: TimedWord[] = [];
    if (alignment === null || alignment === undefined) return words;
    const { chars, charStartTimesMs, charDurationsMs } = alignment as Record<string, unknown>;
    const lists = [chars, charStartTimesMs, charDurationsMs];
    if (!lists.every((list) => Array.isArray(list))) return null;
    const [texts, starts, durations] = lists as [unknown[], unknown[], unknown[]];
    const gapMs = Number(starts[0] ?? 0) - this.#endMs;
    const fromMs = Math.abs(gapMs) < Math.abs(lengthMs + gapMs) ? 0 : lengthMs;
    for (const [index, char] of texts.entries()) {
      const startMs = fromMs + Number(starts[index]);
      const endMs = startMs + Number(durations[index]);
      if (typeof char !== 'string' || !(endMs >= startMs && startMs >= 0)) return null;
      this.#endMs = endMs;
      if (char.trim() === '') {
        if (this.#word) words.push(this.#word);
        this.#word = null;
      } else {
        this.#word ??= { text: '', startMs, endMs };
        this.#word.text += char;
        // A pause belongs to the mark it is at, not to the word.
        if (/[\p{L}\p{N}\p{S}&@#%]/u.test(char)) this.#word.endMs = endMs;
      }
    }
    return words;
  }
}

/** Whose frame it is. */
export function contextOf(frame: SocketFrame): string | undefined {
  const id = frame['contextId'] ?? frame['context_id'];
  return typeof id === 'string' ? id : undefined;
}

function garbled(what: string): SpeechFrame {
  return { fault: providerFault(PROVIDER, 'provider_garbled', what) };
}

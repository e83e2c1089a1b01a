import { bytesToPcm16, StreamingResampler, ulawToPcm16 } from '@antiphon/audio';
import type { ResponseObject, SessionObject } from '@antiphon/protocol';

/** The rate everything is heard and recorded at. */
const RATE = 8000;

/**
 * Decodes agent audio to 16-bit PCM at 8 kHz, in whatever format it comes: that of its response, and
 * once the session is updated, of the session. The first response may begin before the update was
 * read, and be heard after it.
 */
export class AgentAudio {
  readonly #resamplers = new Map<string, StreamingResampler | null>();

  /** Notes the format of a response. */
  begin(response: ResponseObject): void {
    this.#use(response.id, response.audio.output);
  }

  /** What comes from now on has the format of the session. */
  update({ audio }: SessionObject): void {
    if (!('output' in audio)) return;
    for (const id of this.#resamplers.keys()) this.#use(id, audio.output);
  }

  end(responseId: string): void {
    this.#resamplers.delete(responseId);
  }

  /** The samples of one delta; of a response nobody announced, taken as mu-law. */
  decode(responseId: string, base64: string): Int16Array {
    const bytes = Buffer.from(base64, 'base64');
    const resampler = this.#resamplers.get(responseId);
    return resampler ? resampler.process(bytesToPcm16(bytes)) : ulawToPcm16(bytes);
  }

  #use(responseId: string, { format }: Pick<ResponseObject['audio']['output'], 'format'>): void {
    const isUlaw = format.type === 'audio/pcmu';
    this.#resamplers.set(responseId, isUlaw ? null : new StreamingResampler(24000, RATE));
  }
}

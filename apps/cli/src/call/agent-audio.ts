import { bytesToPcm16, StreamingResampler, ulawToPcm16 } from '@antiphon/audio';
import type { ResponseObject } from '@antiphon/protocol';

/** The rate everything is heard and recorded at. */
const RATE = 8000;

/**
 * Decodes agent audio to 16-bit PCM at 8 kHz, whatever format its response says it has: the first
 * response may begin before the session's update was read.
 */
export class AgentAudio {
  readonly #resamplers = new Map<string, StreamingResampler | null>();

  /** Notes the format of a response. */
  begin(response: ResponseObject): void {
    const isUlaw = response.audio.output.format.type === 'audio/pcmu';
    this.#resamplers.set(response.id, isUlaw ? null : new StreamingResampler(24000, RATE));
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
}

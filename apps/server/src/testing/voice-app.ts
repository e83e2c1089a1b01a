import { Microphone } from './microphone.ts';
import { Speaker } from './speaker.ts';
import type { Playing } from './speaker.ts';
import type { ToldEvents } from './told-events.ts';

/** A client that is no more than a socket. */
export interface BareClient {
  readonly told: ToldEvents;
  send(event: Record<string, unknown>): void;
}

/**
 * What an app does around such a client: it sends the microphone, plays what it is told, and when
 * the caller cuts in it falls silent and tells how much of the answer was played.
 */
export class VoiceApp {
  readonly speaker: Speaker;
  readonly microphone: Microphone;
  /** Where answers were cut, as it told the server. */
  readonly cuts: Playing[] = [];

  constructor(client: BareClient) {
    this.microphone = new Microphone((frame) =>
      client.send({
        type: 'input_audio_buffer.append',
        audio: Buffer.from(frame.buffer).toString('base64'),
      }),
    );
    this.speaker = Speaker.of(client.told);
    client.told.listen(({ type }) => {
      if (type === 'input_audio_buffer.speech_started') this.#cut(client);
    });
  }

  #cut(client: BareClient): void {
    const playing = this.speaker.interrupt();
    if (!playing) return;
    const { itemId } = playing;
    const playedMs = Math.floor(playing.playedMs);
    this.cuts.push({ itemId, playedMs });
    client.send({
      type: 'conversation.item.truncate',
      item_id: itemId,
      content_index: 0,
      audio_end_ms: playedMs,
    });
  }

  close(): void {
    this.microphone.close();
  }
}

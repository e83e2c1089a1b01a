import { base64ToPcm16, Loudspeaker, Microphone, pcm16ToBase64 } from './audio.js';

/** A feed that broke off is opened again after this long, and so many times. */
const FEED_RETRY_MS = 500;
const FEED_RETRIES = 10;

/**
 * One call: microphone and loudspeaker on one side, the Realtime WebSocket on the other, and the
 * session's feed beside it. `listener` is told `onFeed(event)`, `onPlayed(itemId, playedMs)`,
 * `onLevel(level)`, `onConnected(sessionId)` and, once, `onEnded({ code, reason, error })`.
 */
export class Call {
  #key;
  #listener;
  #microphone = null;
  #loudspeaker = null;
  #socket = null;
  #isOver = false;
  #error = null;
  #interrupts = true;
  #lastSeq = 0;
  #feedTries = 0;

  constructor(key, listener) {
    this.#key = key;
    this.#listener = listener;
  }

  /** Rejects when there is no microphone; everything after that is told by `onEnded`. */
  async start(agent) {
    try {
      this.#loudspeaker = await Loudspeaker.open((itemId, playedMs) =>
        this.#listener.onPlayed(itemId, playedMs),
      );
      this.#microphone = await Microphone.open((pcm, level) => this.#speak(pcm, level));
    } catch (error) {
      this.#release();
      throw error;
    }
    if (this.#isOver) return this.#release();
    const url = `${wsOrigin()}/v1/realtime?agent=${encodeURIComponent(agent)}`;
    this.#socket = new WebSocket(url, ['realtime', `openai-insecure-api-key.${this.#key}`]);
    this.#socket.addEventListener('message', ({ data }) => this.#hear(JSON.parse(data)));
    this.#socket.addEventListener('close', ({ code, reason }) => this.#end(code, reason));
  }

  hangUp() {
    if (this.#socket) this.#socket.close(1000);
    else this.#end(1000, '');
  }

  #speak(pcm, level) {
    this.#listener.onLevel(level);
    this.#send({ type: 'input_audio_buffer.append', audio: pcm16ToBase64(pcm) });
  }

  #hear(event) {
    switch (event.type) {
      case 'session.created':
        this.#interrupts = event.session.audio.input.turn_detection?.interrupt_response ?? false;
        this.#openFeed(event.session.id);
        this.#listener.onConnected(event.session.id);
        return;
      case 'response.output_audio.delta':
        this.#loudspeaker.play(event.item_id, base64ToPcm16(event.delta));
        return;
      case 'input_audio_buffer.speech_started':
        if (this.#interrupts) this.#interrupt();
        return;
      case 'error':
        this.#error = event.error;
    }
  }

  /** The caller cuts in: the rest is not played, and the server learns how much was. */
  #interrupt() {
    this.#loudspeaker.flush((itemId, playedMs) => {
      this.#listener.onPlayed(itemId, playedMs);
      this.#send({
        type: 'conversation.item.truncate',
        item_id: itemId,
        content_index: 0,
        audio_end_ms: Math.round(playedMs),
      });
    });
  }

  #openFeed(sessionId) {
    const url = `${wsOrigin()}/sessions/${sessionId}/feed?after=${this.#lastSeq}`;
    const feed = new WebSocket(url, ['antiphon.feed', `antiphon-key.${this.#key}`]);
    feed.addEventListener('message', ({ data }) => {
      const event = JSON.parse(data);
      this.#lastSeq = event.seq;
      this.#feedTries = 0;
      this.#listener.onFeed(event);
    });
    feed.addEventListener('close', ({ code }) => {
      // What the server closes by itself is over; only a broken line is worth another try.
      if (code !== 1006 || this.#isOver || ++this.#feedTries > FEED_RETRIES) return;
      setTimeout(() => this.#openFeed(sessionId), FEED_RETRY_MS);
    });
  }

  #send(event) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(event));
  }

  #end(code, reason) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#release();
    this.#listener.onEnded({ code, reason, error: this.#error });
  }

  #release() {
    this.#microphone?.close();
    this.#loudspeaker?.close();
  }
}

function wsOrigin() {
  return location.origin.replace(/^http/, 'ws');
}

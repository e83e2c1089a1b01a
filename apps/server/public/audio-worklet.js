// Runs in the audio threads of the page. The wire's audio is mono at 24 kHz.

const WIRE_RATE = 24_000;

/** One append event carries 20 ms: short enough that nobody waits for it. */
const FRAME_SAMPLES = WIRE_RATE / 50;

/** How often the page is told what was played. */
const REPORT_SAMPLES = WIRE_RATE / 20;

/**
 * Turns what the microphone hears into frames of 16-bit samples at 24 kHz. A context at another
 * rate is resampled along straight lines; its input comes through a low-pass filter.
 */
class Microphone extends AudioWorkletProcessor {
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #sumOfSquares = 0;
  /** Where the next sample lies, counted from the start of the block, in samples of the context. */
  #position = 0;
  #last = 0;

  process([input]) {
    const block = input?.[0];
    if (!block) return true;
    const step = sampleRate / WIRE_RATE;
    for (; this.#position < block.length; this.#position += step) {
      const before = Math.floor(this.#position);
      const share = this.#position - before;
      const left = before === 0 ? this.#last : block[before - 1];
      this.#push(left + (block[before] - left) * share);
    }
    this.#position -= block.length;
    this.#last = block[block.length - 1];
    return true;
  }

  #push(sample) {
    const clipped = Math.max(-1, Math.min(1, sample));
    this.#sumOfSquares += clipped * clipped;
    this.#frame[this.#filled++] = Math.round(clipped * 32767);
    if (this.#filled < FRAME_SAMPLES) return;
    const level = Math.sqrt(this.#sumOfSquares / FRAME_SAMPLES);
    const pcm = this.#frame;
    this.port.postMessage({ pcm, level }, [pcm.buffer]);
    this.#frame = new Int16Array(FRAME_SAMPLES);
    this.#filled = 0;
    this.#sumOfSquares = 0;
  }
}

/**
 * Plays the agent's audio in the order it comes, and tells how much of which item was played. On
 * `flush` it is silent at once and says where it stopped.
 */
class Loudspeaker extends AudioWorkletProcessor {
  /** Chunks that wait, each with its item and how much of it was played. */
  #queue = [];
  /** The item that is heard, or was heard last, and its samples so far. */
  #itemId = null;
  #playedSamples = 0;
  #unreported = 0;

  constructor() {
    super();
    this.port.addEventListener('message', ({ data }) => {
      if (data.type === 'flush') this.#flush();
      else this.#queue.push({ itemId: data.itemId, pcm: data.pcm, at: 0 });
    });
    this.port.start();
  }

  process(_inputs, [[output]]) {
    let filled = 0;
    while (filled < output.length && this.#queue.length > 0) {
      const chunk = this.#queue[0];
      if (chunk.itemId !== this.#itemId) this.#begin(chunk.itemId);
      const samples = Math.min(output.length - filled, chunk.pcm.length - chunk.at);
      for (let index = 0; index < samples; index++) {
        output[filled + index] = chunk.pcm[chunk.at + index] / 32768;
      }
      chunk.at += samples;
      filled += samples;
      this.#playedSamples += samples;
      this.#unreported += samples;
      if (chunk.at === chunk.pcm.length) this.#queue.shift();
    }
    if (this.#unreported >= REPORT_SAMPLES || (this.#unreported > 0 && this.#queue.length === 0)) {
      this.#report('played');
    }
    return true;
  }

  #begin(itemId) {
    if (this.#unreported > 0) this.#report('played');
    this.#itemId = itemId;
    this.#playedSamples = 0;
  }

  #flush() {
    const isPlaying = this.#queue.length > 0;
    const next = this.#queue[0];
    // An item that was never begun was not heard at all.
    if (next && next.itemId !== this.#itemId) this.#begin(next.itemId);
    this.#queue = [];
    if (isPlaying) this.#report('flushed');
  }

  #report(type) {
    this.#unreported = 0;
    const playedMs = (this.#playedSamples * 1000) / sampleRate;
    this.port.postMessage({ type, itemId: this.#itemId, playedMs });
  }
}

registerProcessor('microphone', Microphone);
registerProcessor('loudspeaker', Loudspeaker);

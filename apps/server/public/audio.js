/** The wire's audio: mono, 24 kHz, 16 bits. */
const WIRE_RATE = 24_000;

/** Half of the wire's rate with room for the filter's slope. */
const LOW_PASS_HZ = 10_000;

const MODULE = new URL('audio-worklet.js', import.meta.url);

/** Listens to the microphone; `onFrame` gets 20 ms at a time, and how loud they are. */
export class Microphone {
  #stream;
  #context;

  /** Rejects with the browser's own error when there is no microphone to be had. */
  static async open(onFrame) {
    const microphone = new Microphone();
    microphone.#stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        channelCount: 1,
      },
    });
    await microphone.#listen(onFrame);
    return microphone;
  }

  async #listen(onFrame) {
    const { context, source } = contextFor(this.#stream);
    this.#context = context;
    await context.audioWorklet.addModule(MODULE);
    const node = new AudioWorkletNode(context, 'microphone', { numberOfOutputs: 0 });
    node.port.addEventListener('message', ({ data }) => onFrame(data.pcm, data.level));
    node.port.start();
    let last = source;
    // What lies above the wire's band would come back as a whisper inside it.
    for (let stage = 0; stage < (context.sampleRate > WIRE_RATE ? 2 : 0); stage++) {
      const filter = new BiquadFilterNode(context, { type: 'lowpass', frequency: LOW_PASS_HZ });
      last = last.connect(filter);
    }
    last.connect(node);
    await context.resume();
  }

  close() {
    for (const track of this.#stream.getTracks()) track.stop();
    void this.#context?.close();
  }
}

/** Some browsers cannot resample a microphone into a context; there the worklet does it. */
function contextFor(stream) {
  const context = new AudioContext({ sampleRate: WIRE_RATE, latencyHint: 'interactive' });
  try {
    return { context, source: context.createMediaStreamSource(stream) };
  } catch {
    void context.close();
    const own = new AudioContext({ latencyHint: 'interactive' });
    return { context: own, source: own.createMediaStreamSource(stream) };
  }
}

/** Plays the agent's audio; `onPlayed` is told item and milliseconds as they are heard. */
export class Loudspeaker {
  #context;
  #node;
  #onFlushed = null;

  static async open(onPlayed) {
    const loudspeaker = new Loudspeaker();
    const context = new AudioContext({ sampleRate: WIRE_RATE, latencyHint: 'interactive' });
    loudspeaker.#context = context;
    await context.audioWorklet.addModule(MODULE);
    const node = new AudioWorkletNode(context, 'loudspeaker', {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    loudspeaker.#node = node;
    node.port.addEventListener('message', ({ data }) => {
      const playedMs = Math.max(0, data.playedMs - loudspeaker.#latencyMs);
      if (data.type === 'played') onPlayed(data.itemId, playedMs);
      else loudspeaker.#onFlushed?.(data.itemId, playedMs);
    });
    node.port.start();
    node.connect(context.destination);
    await context.resume();
    return loudspeaker;
  }

  /** Queues audio of an item. */
  play(itemId, pcm) {
    this.#node.port.postMessage({ type: 'audio', itemId, pcm }, [pcm.buffer]);
  }

  /** Falls silent; `onFlushed` is called with the item and how much of it was heard, if any was. */
  flush(onFlushed) {
    this.#onFlushed = onFlushed;
    this.#node.port.postMessage({ type: 'flush' });
  }

  close() {
    void this.#context.close();
  }

  /** From the worklet to the ear. */
  get #latencyMs() {
    const { baseLatency, outputLatency } = this.#context;
    return 1000 * ((baseLatency || 0) + (outputLatency || 0));
  }
}

/** Base64 of the little-endian bytes of the samples. */
export function pcm16ToBase64(pcm) {
  const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return btoa(String.fromCharCode(...bytes));
}

/** The samples in a base64 text. */
export function base64ToPcm16(base64) {
  const text = atob(base64);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}

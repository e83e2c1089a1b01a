import { MicrophoneFramer } from './microphone-framer.ts';

// What an audio thread has; the DOM's types do not know it.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Sends the page frames of what the microphone hears. */
class MicrophoneProcessor extends AudioWorkletProcessor {
  readonly #framer = new MicrophoneFramer(sampleRate, (frame) =>
    this.port.postMessage(frame, [frame.pcm.buffer]),
  );

  process([input]: readonly (readonly Float32Array[])[]): boolean {
    const block = input?.[0];
    if (block !== undefined) this.#framer.hear(block);
    return true;
  }
}

registerProcessor('microphone', MicrophoneProcessor);

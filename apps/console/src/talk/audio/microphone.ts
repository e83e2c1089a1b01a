import type { MicrophoneFrame } from './microphone-framer.ts';
// oxlint-disable-next-line import/default -- the bundler makes it
import workletUrl from './microphone.worklet.ts?worker&url';
import { WIRE_RATE } from './wire-audio.ts';

/** Half of the wire's rate with room for the filter's slope. */
const LOW_PASS_HZ = 10_000;

/** How the microphone is opened. */
export interface MicrophoneSettings {
  /** The browser's own choice where it is null. */
  readonly deviceId: string | null;
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGainControl: boolean;
}

/** Who hears a microphone. */
export interface MicrophoneListener {
  readonly frame: (frame: MicrophoneFrame) => void;
  /** The device was unplugged, or taken away by the browser. */
  readonly lost: () => void;
}

/** A microphone that is open. */
export class Microphone {
  readonly #stream: MediaStream;
  #context: AudioContext | null = null;

  private constructor(stream: MediaStream) {
    this.#stream = stream;
  }

  /** Rejects with the browser's own error when there is no microphone to be had. */
  static async open(
    { deviceId, ...cleaning }: MicrophoneSettings,
    listener: MicrophoneListener,
  ): Promise<Microphone> {
    // An insecure page has none of it, whatever the types say.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined) {
      throw new DOMException('This page is not secure.', 'SecurityError');
    }
    const stream = await devices.getUserMedia({
      audio: {
        ...cleaning,
        channelCount: 1,
        ...(deviceId === null ? {} : { deviceId: { exact: deviceId } }),
      },
    });
    const microphone = new Microphone(stream);
    try {
      await microphone.#listen(listener);
    } catch (error) {
      microphone.close();
      throw error;
    }
    return microphone;
  }

  /** A muted microphone goes on as silence. */
  setMuted(isMuted: boolean): void {
    for (const track of this.#stream.getTracks()) track.enabled = !isMuted;
  }

  close(): void {
    for (const track of this.#stream.getTracks()) track.stop();
    void this.#context?.close();
    this.#context = null;
  }

  async #listen(listener: MicrophoneListener): Promise<void> {
    const [track] = this.#stream.getAudioTracks();
    track?.addEventListener('ended', listener.lost);
    const { context, source } = contextFor(this.#stream);
    this.#context = context;
    await context.audioWorklet.addModule(workletUrl);
    const node = new AudioWorkletNode(context, 'microphone', { numberOfOutputs: 0 });
    node.port.addEventListener('message', ({ data }: MessageEvent<MicrophoneFrame>) =>
      listener.frame(data),
    );
    node.port.start();
    let last: AudioNode = source;
    // What lies above the wire's band would come back as a whisper inside it.
    for (let stage = 0; stage < (context.sampleRate > WIRE_RATE ? 2 : 0); stage++) {
      const filter = new BiquadFilterNode(context, { type: 'lowpass', frequency: LOW_PASS_HZ });
      last = last.connect(filter);
    }
    last.connect(node);
    await context.resume();
  }
}

/** Some browsers cannot resample a microphone into a context; there the framer does it. */
function contextFor(stream: MediaStream) {
  const context = new AudioContext({ sampleRate: WIRE_RATE, latencyHint: 'interactive' });
  try {
    return { context, source: context.createMediaStreamSource(stream) };
  } catch {
    void context.close();
    const own = new AudioContext({ latencyHint: 'interactive' });
    return { context: own, source: own.createMediaStreamSource(stream) };
  }
}

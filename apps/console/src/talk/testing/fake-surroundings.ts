import type { HeardPosition, LoudspeakerListener } from '../audio/loudspeaker.ts';
import type { MicrophoneListener, MicrophoneSettings } from '../audio/microphone.ts';
import type { RealtimeEvent, RealtimeListener } from '../call/realtime-socket.ts';
import type { CallSurroundings } from '../call/talk-call.ts';

/** What surrounds a call, played by a test. */
export class FakeSurroundings {
  /** What is open, in alphabetical order. */
  readonly #open = new Set<string>();
  readonly sent: Readonly<Record<string, unknown>>[] = [];
  readonly played: { readonly itemId: string; readonly pcm: number[] }[] = [];
  /** Where playing stops at the next flush; null when nothing is being played. */
  stopsAt: HeardPosition | null = null;
  flushes = 0;
  isMuted = false;
  microphoneError: Error | null = null;
  connectError: Error | null = null;
  connectedTo: string | null = null;
  openedMicrophone: MicrophoneSettings | null = null;
  openedLoudspeaker: string | null = null;
  microphone: MicrophoneListener | null = null;
  loudspeaker: LoudspeakerListener | null = null;
  socket: RealtimeListener | null = null;

  readonly surroundings: CallSurroundings = {
    openMicrophone: async (settings, listener) => {
      if (this.microphoneError !== null) throw this.microphoneError;
      this.openedMicrophone = settings;
      this.microphone = listener;
      return {
        setMuted: (isMuted) => (this.isMuted = isMuted),
        close: this.#opened('microphone'),
      };
    },
    openLoudspeaker: async (deviceId, listener) => {
      this.openedLoudspeaker = deviceId;
      this.loudspeaker = listener;
      return {
        play: (itemId, pcm) => this.played.push({ itemId, pcm: [...pcm] }),
        flush: async () => {
          this.flushes += 1;
          return this.stopsAt;
        },
        close: this.#opened('loudspeaker'),
      };
    },
    connect: async (agent, listener) => {
      if (this.connectError !== null) throw this.connectError;
      this.connectedTo = agent;
      this.socket = listener;
      return { send: (event) => this.sent.push(event), close: this.#opened('socket') };
    },
    now: () => 5_000,
    isSecure: true,
  };

  get openThings(): readonly string[] {
    return [...this.#open].toSorted();
  }

  tell(event: RealtimeEvent): void {
    this.socket?.told(event);
  }

  tellCreated(detection: { interrupt_response: boolean } = { interrupt_response: true }): void {
    const audio = { input: { turn_detection: detection } };
    this.tell({ type: 'session.created', session: { id: 'sess_1', audio } });
  }

  /** The agent says two samples of an item. */
  tellAudio(itemId: string, responseId = 'resp_1'): void {
    this.tell({
      type: 'response.output_audio.delta',
      response_id: responseId,
      item_id: itemId,
      delta: 'AQACAA==',
    });
  }

  /** The microphone hears so many frames. */
  speak(frames: number): void {
    for (let frame = 0; frame < frames; frame++) {
      this.microphone?.frame({ pcm: Int16Array.from([1]), level: 0.5 });
    }
  }

  /** Everything that was begun has been done. */
  async settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  #opened(name: string): () => void {
    this.#open.add(name);
    return () => this.#open.delete(name);
  }
}

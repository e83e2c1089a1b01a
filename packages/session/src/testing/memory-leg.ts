import type { SampleRate } from '@antiphon/audio';
import { Subject } from 'rxjs';
import type { AgentAudio, AudioFrame } from '../ports/audio-frame.ts';
import type { CallerLeg, LegCapabilities, LegFact } from '../ports/caller-leg.ts';
import type { Clock } from '../ports/clock.ts';
import type { EndReason } from '../ports/session-event.ts';
import type { CallerEar } from './caller-ear.ts';

/** A leg in memory: a test speaks and hears through it. */
export class MemoryLeg implements CallerLeg {
  readonly capabilities: LegCapabilities;
  readonly outputRate: SampleRate;
  readonly audio$ = new Subject<AudioFrame>();
  readonly facts$ = new Subject<LegFact>();
  /** Everything sent, with the instant. */
  readonly sent: (AgentAudio & { readonly atMs: number })[] = [];
  /** Instants of `clear`. */
  readonly clearedAtMs: number[] = [];
  closedWith: EndReason | null = null;
  /** Plays what is sent, where a test needs to know what was heard. */
  ear: CallerEar | null = null;
  readonly #clock: Clock;

  constructor(
    clock: Clock,
    {
      outputRate = 8000,
      ...capabilities
    }: Partial<LegCapabilities> & { outputRate?: SampleRate } = {},
  ) {
    this.#clock = clock;
    this.outputRate = outputRate;
    this.capabilities = {
      bargeIn: 'hold',
      playedPosition: 'estimate',
      maxLeadMs: 400,
      ...capabilities,
    };
  }

  /** The caller is heard. */
  speak(pcm: Int16Array, sampleRate: SampleRate = 8000): void {
    this.audio$.next({ pcm, sampleRate, atMs: this.#clock.now() });
  }

  /** The caller hangs up. */
  hangUp(): void {
    this.facts$.next({ type: 'leg.closed', reason: 'callerLeft' });
  }

  /** Milliseconds of audio sent, of one item or of all. */
  sentMs(itemId?: string): number {
    return this.sent
      .filter((audio) => itemId === undefined || audio.itemId === itemId)
      .reduce((sum, audio) => sum + (audio.pcm.length * 1000) / audio.sampleRate, 0);
  }

  send(audio: AgentAudio): void {
    if (this.closedWith !== null) return;
    this.sent.push({ ...audio, atMs: this.#clock.now() });
    this.ear?.take(audio);
  }

  clear(): void {
    this.clearedAtMs.push(this.#clock.now());
    if (this.capabilities.bargeIn === 'hold') this.ear?.stop();
  }

  close(reason: EndReason): void {
    if (this.closedWith !== null) return;
    this.closedWith = reason;
    this.ear?.stop();
    this.audio$.complete();
    this.facts$.complete();
  }
}

import type { ServerEvent } from '@antiphon/protocol';
import type { AudioFrame, EngineEvent } from '@antiphon/session';
import { PipelineError } from '../pipeline-error.ts';
import type { UpstreamFormat } from './caller-audio.ts';
import { CallerTurn } from './caller-turn.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { upstreamFault, wireFault } from './upstream-fault.ts';
import type { UpstreamLink } from './upstream-link.ts';

/** Beyond this a client commits faster than anyone talks; further turns are settled empty. */
const MAX_OWED = 8;

type Transcript = Omit<Extract<EngineEvent, { type: 'transcript' }>, 'type'>;

/** What {@link CallerTurns} needs. */
export interface CallerTurnsOptions extends RealtimeUse {
  readonly link: UpstreamLink;
  /** The format for a turn that begins with this frame; told to the upstream before its audio. */
  readonly formatFor: (frame: AudioFrame) => UpstreamFormat;
  readonly onTranscript: (transcript: Transcript) => void;
  /** A turn has become an item of the upstream, after another or as the first. */
  readonly onPlaced: (itemId: string, upstreamId: string, previousId: string | null) => void;
  /** No transcript is owed any more. */
  readonly onSettled: () => void;
}

/**
 * The caller's turns and the transcripts they are owed. Audio is kept until its turn is written
 * down, and sent again to an upstream session that takes the place of a lost one.
 */
export class CallerTurns {
  readonly #options: CallerTurnsOptions;
  readonly #turns = new Map<string, CallerTurn | null>();
  #open: { readonly itemId: string; turn: CallerTurn | null } | null = null;
  /** Turns whose commit is on its way, oldest first; null for a dropped one. */
  #committing: { readonly eventId: string; turn: CallerTurn | null; readonly itemId: string }[] =
    [];
  #count = 0;

  constructor(options: CallerTurnsOptions) {
    this.#options = options;
  }

  /** Whether a final transcript is owed. */
  get isOwed(): boolean {
    return this.#turns.size > 0;
  }

  /** Whether a turn is being heard. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  begin(itemId: string): void {
    if (this.#turns.has(itemId)) return;
    if (this.#open) this.drop(this.#open.itemId);
    this.#open = { itemId, turn: null };
  }

  hear(frame: AudioFrame): void {
    const open = this.#open;
    if (!open || frame.pcm.length === 0) return;
    open.turn ??= new CallerTurn(open.itemId, this.#options.formatFor(frame));
    const audio = open.turn.hear(frame);
    if (audio !== '') this.#options.link.append(audio);
  }

  commit(itemId: string): void {
    const open = this.#open;
    if (open?.itemId !== itemId) return;
    this.#open = null;
    const turn = open.turn;
    this.#turns.set(itemId, turn);
    if (!turn) {
      queueMicrotask(() => this.#tell(itemId, { text: '' }));
      return;
    }
    const { clock, timeouts, link } = this.#options;
    const rest = turn.finish();
    if (rest !== '') link.append(rest);
    if (this.#turns.size > MAX_OWED) {
      const message = `${MAX_OWED} transcripts are owed already; commit turns more slowly`;
      link.send({ type: 'input_audio_buffer.clear' });
      queueMicrotask(() => this.#fail(turn, new PipelineError('queue_full', message)));
      return;
    }
    this.#commit(turn);
    turn.timer = clock.setTimeout(() => {
      const note = `no transcript within ${timeouts.transcriptMs} ms`;
      this.#fail(turn, link.fault ?? upstreamFault('provider_timeout', note));
    }, timeouts.transcriptMs);
  }

  drop(itemId: string): void {
    if (this.#open?.itemId === itemId) {
      if (this.#open.turn) this.#options.link.send({ type: 'input_audio_buffer.clear' });
      this.#open = null;
      return;
    }
    if (this.#turns.has(itemId)) this.#forget(itemId);
  }

  /** Takes an event of the upstream; false when it is about no turn. */
  take(event: ServerEvent): boolean {
    switch (event.type) {
      case 'input_audio_buffer.committed': {
        const commit = this.#committing.shift();
        if (commit?.turn) commit.turn.upstreamId = event.item_id;
        const itemId = commit?.itemId ?? event.item_id;
        this.#options.onPlaced(itemId, event.item_id, event.previous_item_id);
        return true;
      }
      case 'conversation.item.input_audio_transcription.delta': {
        const turn = this.#byUpstreamId(event.item_id);
        if (!turn) return true;
        turn.partial += event.delta;
        const { itemId, partial } = turn;
        this.#options.onTranscript({ itemId, text: partial.trim(), isFinal: false });
        return true;
      }
      case 'conversation.item.input_audio_transcription.completed': {
        const turn = this.#byUpstreamId(event.item_id);
        if (turn) this.#tell(turn.itemId, { text: event.transcript.trim() });
        return true;
      }
      case 'conversation.item.input_audio_transcription.failed': {
        const turn = this.#byUpstreamId(event.item_id);
        if (turn) this.#fail(turn, wireFault(event.error));
        return true;
      }
      case 'error':
        return this.#refused(event.error);
      default:
        return false;
    }
  }

  /** There is another upstream session: it is given what is not written down yet. */
  resume(): void {
    this.#committing = [];
    for (const turn of this.#turns.values()) {
      if (!turn) continue;
      turn.upstreamId = null;
      turn.partial = '';
      if (!turn.isWhole) this.#fail(turn, upstreamFault('provider_lost', 'with a long turn'));
      else {
        for (const audio of turn.audio()) this.#options.link.append(audio);
        this.#commit(turn);
      }
    }
    for (const audio of this.#open?.turn?.audio() ?? []) this.#options.link.append(audio);
  }

  close(): void {
    this.#open = null;
    for (const itemId of this.#turns.keys()) this.#clear(itemId);
    this.#committing = [];
  }

  #commit(turn: CallerTurn): void {
    if (!this.#options.link.isReady) return;
    const eventId = `commit_${++this.#count}`;
    this.#committing.push({ eventId, turn, itemId: turn.itemId });
    this.#options.link.send({ type: 'input_audio_buffer.commit', event_id: eventId });
  }

  #refused(error: Extract<ServerEvent, { type: 'error' }>['error']): boolean {
    const isCommit = error.code === 'input_audio_buffer_commit_empty';
    const index = this.#committing.findIndex(({ eventId }) => eventId === error.event_id);
    if (index < 0 && !isCommit) return false;
    const [commit] = this.#committing.splice(Math.max(0, index), 1);
    if (commit?.turn) this.#fail(commit.turn, wireFault(error));
    return true;
  }

  #byUpstreamId(upstreamId: string): CallerTurn | null {
    for (const turn of this.#turns.values()) if (turn?.upstreamId === upstreamId) return turn;
    return null;
  }

  #fail({ itemId }: CallerTurn, { code, message }: PipelineError): void {
    this.#tell(itemId, { text: '', error: { code, message } });
  }

  #tell(itemId: string, final: Pick<Transcript, 'text' | 'error'>): void {
    if (!this.#turns.has(itemId)) return;
    this.#clear(itemId);
    this.#options.onTranscript({ itemId, isFinal: true, ...final });
    if (!this.isOwed) this.#options.onSettled();
  }

  #forget(itemId: string): void {
    this.#clear(itemId);
    for (const commit of this.#committing) if (commit.itemId === itemId) commit.turn = null;
    if (!this.isOwed) this.#options.onSettled();
  }

  #clear(itemId: string): void {
    const timer = this.#turns.get(itemId)?.timer ?? null;
    if (timer !== null) this.#options.clock.clearTimeout(timer);
    this.#turns.delete(itemId);
  }
}

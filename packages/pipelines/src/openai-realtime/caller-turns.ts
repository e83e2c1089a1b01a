import type { ServerEvent } from '@antiphon/protocol';
import type { AudioFrame, EngineEvent } from '@antiphon/session';
import { PipelineError } from '../pipeline-error.ts';
import type { UpstreamFormat } from './caller-audio.ts';
import type { CallerLine } from './caller-line.ts';
import { CallerTurn } from './caller-turn.ts';
import type { WrittenTurn } from './caller-turn.ts';
import type { FoundSpeech } from './found-speech.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { upstreamFault, wireFault } from './upstream-fault.ts';
import type { UpstreamLink } from './upstream-link.ts';

/** Beyond this a client commits faster than anyone talks; further turns are settled empty. */
const MAX_OWED = 8;

type Transcript = Omit<Extract<EngineEvent, { type: 'transcript' }>, 'type'>;

type TranscriptUsage = Extract<
  ServerEvent,
  { type: 'conversation.item.input_audio_transcription.completed' }
>['usage'];

interface OpenTurn {
  readonly itemId: string;
  /** What the upstream heard it as, where it finds the turns. */
  speech: FoundSpeech | null;
  turn: CallerTurn | null;
}

/** What {@link CallerTurns} needs. */
export interface CallerTurnsOptions extends RealtimeUse {
  readonly link: UpstreamLink;
  readonly line: CallerLine;
  /** The format for a turn that begins with this frame; told to the upstream before its audio. */
  readonly formatFor: (frame: AudioFrame) => UpstreamFormat;
  readonly onTranscript: (transcript: Transcript) => void;
  /** A turn has become an item of the upstream, after another or as the first. */
  readonly onPlaced: (itemId: string, upstreamId: string, previousId: string | null) => void;
  /** Of a turn that was dropped, or of none of ours, the upstream has made an item. */
  readonly onUnwanted: (upstreamId: string, previousId: string | null) => void;
  /** A transcript used this, whoever wanted it. */
  readonly onTranscribed: (usage: TranscriptUsage) => void;
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
  #open: OpenTurn | null = null;
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
    const { line } = this.#options;
    const speech = line.isHandedOver ? line.speeches.claim(itemId) : null;
    this.#open = { itemId, speech, turn: null };
  }

  hear(frame: AudioFrame): void {
    const open = this.#open;
    if (!open || frame.pcm.length === 0) return;
    const { formatFor, line } = this.#options;
    if (!open.turn) {
      open.turn = new CallerTurn(open.itemId, formatFor(frame));
      open.turn.speech = open.speech;
    }
    const audio = open.turn.hear(frame);
    // What finds the turns has all of the audio already.
    if (!line.isHandedOver) this.#append(audio);
  }

  commit(itemId: string): void {
    const open = this.#open;
    if (open?.itemId !== itemId) return;
    this.#open = null;
    const turn = open.turn;
    this.#turns.set(itemId, turn);
    if (!turn) {
      if (open.speech) open.speech.itemId = null;
      queueMicrotask(() => this.#tell(itemId, { text: '' }));
      return;
    }
    const { clock, timeouts, link, line } = this.#options;
    const rest = turn.finish();
    if (!line.isHandedOver) this.#append(rest);
    if (this.#turns.size > MAX_OWED) {
      const message = `${MAX_OWED} transcripts are owed already; commit turns more slowly`;
      if (line.isHandedOver) turn.disown();
      else link.send({ type: 'input_audio_buffer.clear' });
      queueMicrotask(() => this.#fail(turn, new PipelineError('queue_full', message)));
      return;
    }
    this.#commit(turn);
    const { final } = turn;
    if (final) queueMicrotask(() => this.#tell(itemId, final));
    turn.timer = clock.setTimeout(() => {
      const note = `no transcript within ${timeouts.transcriptMs} ms`;
      this.#fail(turn, link.fault ?? upstreamFault('provider_timeout', note));
    }, timeouts.transcriptMs);
  }

  drop(itemId: string): void {
    const open = this.#open;
    if (open?.itemId === itemId) {
      this.#open = null;
      const { line, link } = this.#options;
      if (open.speech) open.speech.itemId = null;
      // An upstream that has found the end of it makes an item, which is deleted.
      if (!open.turn || open.speech?.isOver) return;
      line.speeches.split();
      link.send({ type: 'input_audio_buffer.clear' });
      return;
    }
    if (this.#turns.has(itemId)) this.#forget(itemId);
  }

  /** Takes an event of the upstream; false when it is about no turn. */
  take(event: ServerEvent): boolean {
    switch (event.type) {
      case 'input_audio_buffer.committed':
        this.#committed(event.item_id, event.previous_item_id);
        return true;
      case 'conversation.item.input_audio_transcription.delta': {
        const turn = this.#turnOf(event.item_id);
        if (!turn) return true;
        turn.partial += event.delta;
        const { itemId, partial } = turn;
        this.#options.onTranscript({ itemId, text: partial.trim(), isFinal: false });
        return true;
      }
      case 'conversation.item.input_audio_transcription.completed': {
        this.#options.onTranscribed(event.usage);
        const turn = this.#turnOf(event.item_id);
        if (turn) this.#written(turn, { text: event.transcript.trim() });
        return true;
      }
      case 'conversation.item.input_audio_transcription.failed': {
        const turn = this.#turnOf(event.item_id);
        const { code, message } = wireFault(event.error);
        if (turn) this.#written(turn, { text: '', error: { code, message } });
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
      turn.speech = null;
      turn.partial = '';
      if (turn.final) continue;
      if (!turn.isWhole) this.#fail(turn, upstreamFault('provider_lost', 'with a long turn'));
      else {
        for (const audio of turn.audio()) this.#options.link.append(audio);
        this.#commit(turn);
      }
    }
    if (!this.#open) return;
    const { turn } = this.#open;
    this.#open.speech = null;
    if (turn) Object.assign(turn, { upstreamId: null, speech: null, final: null, partial: '' });
    for (const audio of turn?.audio() ?? []) this.#options.link.append(audio);
  }

  close(): void {
    this.#open = null;
    for (const itemId of this.#turns.keys()) this.#clear(itemId);
    this.#committing = [];
  }

  #append(audio: Buffer): void {
    if (audio.length > 0) this.#options.link.append(audio.toString('base64'));
  }

  #commit(turn: CallerTurn): void {
    const { link, line } = this.#options;
    // An upstream that has found the end of it makes the item by itself.
    if (!link.isReady || turn.speech?.isOver) return;
    line.speeches.split();
    const eventId = `commit_${++this.#count}`;
    this.#committing.push({ eventId, turn, itemId: turn.itemId });
    link.send({ type: 'input_audio_buffer.commit', event_id: eventId });
    link.probe();
  }

  #committed(upstreamId: string, previousId: string | null): void {
    const { onPlaced, onUnwanted } = this.#options;
    const itemId = this.#itemOf(upstreamId);
    const turn = itemId === null ? null : this.#byId(itemId);
    if (itemId === null || turn?.upstreamId) {
      onUnwanted(upstreamId, previousId);
      return;
    }
    if (turn) turn.upstreamId = upstreamId;
    onPlaced(itemId, upstreamId, previousId);
  }

  /** The turn of ours that has become an item of the upstream; null for one that is not wanted. */
  #itemOf(upstreamId: string): string | null {
    const { line } = this.#options;
    const asked = this.#committing.findIndex(({ turn }) => turn?.isItem(upstreamId));
    const own = line.speeches.take(upstreamId);
    if (asked >= 0) {
      const { turn } = this.#committing[asked]!;
      // Where the upstream did so by itself while it was asked to, its answer to that is to come.
      if (!own) this.#committing.splice(asked, 1);
      return turn!.itemId;
    }
    if (own) return own.itemId;
    const commit = this.#committing.shift();
    if (commit) return commit.turn?.itemId ?? null;
    const oldest = line.speeches.takeOldest();
    line.oddity(oldest ? 'an item of another id than was told' : 'an item that nobody spoke');
    return oldest?.itemId ?? null;
  }

  #refused(error: Extract<ServerEvent, { type: 'error' }>['error']): boolean {
    const isCommit = error.code === 'input_audio_buffer_commit_empty';
    const index = this.#committing.findIndex(({ eventId }) => eventId === error.event_id);
    if (index < 0 && !isCommit) return false;
    const [commit] = this.#committing.splice(Math.max(0, index), 1);
    // The upstream may have made the item by itself while it was asked to.
    if (commit?.turn && !commit.turn.upstreamId) this.#fail(commit.turn, wireFault(error));
    return true;
  }

  #byId(itemId: string): CallerTurn | null {
    return this.#open?.itemId === itemId ? this.#open.turn : (this.#turns.get(itemId) ?? null);
  }

  #turnOf(upstreamId: string): CallerTurn | null {
    if (this.#open?.turn?.isItem(upstreamId)) return this.#open.turn;
    for (const turn of this.#turns.values()) if (turn?.isItem(upstreamId)) return turn;
    return null;
  }

  /** A turn that we still listen to may be over for the upstream. */
  #written(turn: CallerTurn, final: WrittenTurn): void {
    if (turn !== this.#open?.turn) {
      this.#tell(turn.itemId, final);
      return;
    }
    turn.final = final;
    this.#options.onTranscript({ itemId: turn.itemId, text: final.text, isFinal: false });
  }

  #fail({ itemId }: CallerTurn, { code, message }: PipelineError): void {
    this.#tell(itemId, { text: '', error: { code, message } });
  }

  #tell(itemId: string, final: WrittenTurn): void {
    if (!this.#turns.has(itemId)) return;
    this.#clear(itemId);
    this.#options.onTranscript({ itemId, isFinal: true, ...final });
    if (!this.isOwed) this.#options.onSettled();
  }

  #forget(itemId: string): void {
    this.#turns.get(itemId)?.disown();
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

import { HandoffNotes, maskAddresses } from '@antiphon/observability';
import type { FeedBody, TranscriptRef } from '@antiphon/observability';
import type { ConversationItem, MessageItem, SessionEvent } from '@antiphon/session';

/**
 * Longer texts are cut off in the feed: these are four minutes of speech, and a feed of the
 * longest texts still fits into a few megabytes.
 */
export const MAX_TEXT_CHARS = 4_000;

/**
 * Turns what a session tells into what its feed says. An agent's spoken item is told when the
 * caller has heard it, not when it was generated, so the items in between are remembered.
 */
export class FeedMapping {
  /** Agent messages that were generated and are still being heard, by item id. */
  readonly #unheard = new Map<string, MessageItem>();
  readonly #handoff = new HandoffNotes();
  readonly #transcriptRef: TranscriptRef;

  constructor(transcriptRef: TranscriptRef) {
    this.#transcriptRef = transcriptRef;
  }

  /** The feed messages of an event, in order; often none. */
  bodies(event: SessionEvent): readonly FeedBody[] {
    switch (event.type) {
      case 'session.started':
        return [{ type: event.type, agent: event.agent }];
      case 'session.ended':
        return [endOf(event)];
      case 'state.changed': {
        const { region, from, to, cause } = event;
        return [{ type: 'state', region, from, to, cause }];
      }
      case 'call.changed':
        return [{ type: 'call.state', callId: event.callId, states: [...event.states] }];
      case 'caller.transcript':
        return transcriptOf(event);
      case 'item.done':
        return this.#finished(event.item);
      case 'item.deleted':
        this.#unheard.delete(event.itemId);
        return [];
      case 'item.truncated':
        return this.#truncated(event);
      case 'playout.drained':
        return this.#played(event.itemId);
      case 'generation.text':
        return [{ type: 'agent.text', itemId: event.itemId, delta: shown(event.delta) }];
      case 'generation.words':
        return [{ type: 'agent.words', itemId: event.itemId, words: [...event.words] }];
      case 'generation.edited':
        return [{ type: 'agent.edited', edits: [...event.edits] }];
      case 'bargeIn.decided': {
        const { itemId, verdict, playedMs } = event;
        return [{ type: 'bargeIn', itemId, verdict, playedMs }];
      }
      case 'tool.started': {
        const { type, callId, name } = event;
        this.#handoff.note(event.arguments);
        return [{ type, callId, name, arguments: masked(event.arguments) }];
      }
      case 'tool.settled': {
        const { type, callId, name, outcome, output, durationMs } = event;
        if (output !== null) this.#handoff.note(output);
        return [{ type, callId, name, outcome, output: output && masked(output), durationMs }];
      }
      case 'tool.covered':
      case 'tool.overdue':
      case 'followUp.offered':
      case 'followUp.promised':
      case 'followUp.declined':
      case 'consent.asked': {
        const { type, callId, name } = event;
        return [{ type, callId, name }];
      }
      case 'consent.decided': {
        const { type, callId, name, verdict } = event;
        return [{ type, callId, name, verdict }];
      }
      case 'handoff.requested': {
        const details = masked(event.details);
        return [{ type: 'handoff', details, record: this.#handoffRecord(event.details) }];
      }
      case 'turn.measured':
        return [{ type: 'turn', report: event.report }];
      case 'engine.failed':
        return [{ type: 'fault', code: event.code, message: event.message }];
      case 'provider.tookOver': {
        const { service, from, to, why, code } = event;
        return [{ type: 'provider', service, from, to, why, code }];
      }
      case 'audio.formatDoubted': {
        const message = `Caller audio declared as ${event.declared} looks like ${event.looksLike}.`;
        return [{ type: 'fault', code: 'audio_format_mismatch', message }];
      }
      case 'invariant.violated':
        return [{ type: 'fault', code: event.name, message: event.detail }];
      case 'generation.covered':
        return [{ type: 'agent.covered' }];
      case 'session.configured':
      case 'caller.speechStarted':
      case 'caller.speechStopped':
      case 'caller.committed':
      case 'item.added':
      case 'generation.started':
      case 'generation.piece':
      case 'generation.ended':
      case 'provider.used':
        return [];
    }
  }

  #handoffRecord(details: string) {
    const record = this.#handoff.record(details, this.#transcriptRef);
    const { reason, summary, slots } = record;
    return {
      ...record,
      reason: reason && masked(reason),
      summary: summary && masked(summary),
      slots: Object.fromEntries(
        Object.entries(slots).map(([name, value]) => [
          name,
          typeof value === 'string' ? masked(value) : value,
        ]),
      ),
    };
  }

  #finished(item: ConversationItem): FeedBody[] {
    if (item.kind !== 'message') return [];
    // What a caller said is told with its transcript.
    if (item.speaker === 'caller' && item.medium === 'audio') return [];
    const isStillHeard = item.speaker === 'agent' && item.medium === 'audio' && item.text !== '';
    if (isStillHeard) {
      this.#unheard.set(item.id, item);
      return [];
    }
    return [itemBody(item, item.status === 'completed' ? 'completed' : 'incomplete')];
  }

  #played(itemId: string): FeedBody[] {
    const item = this.#unheard.get(itemId);
    this.#unheard.delete(itemId);
    return item ? [itemBody(item, 'completed')] : [];
  }

  #truncated(event: Extract<SessionEvent, { type: 'item.truncated' }>): FeedBody[] {
    const { itemId, audioEndMs } = event;
    const heard = shown(event.heard);
    const unheard = shown(event.unheard);
    this.#unheard.delete(itemId);
    return [
      { type: 'agent.truncated', itemId, playedMs: audioEndMs, heard, unheard },
      {
        type: 'item',
        itemId,
        speaker: 'agent',
        text: heard,
        status: unheard === '' ? 'completed' : 'incomplete',
      },
    ];
  }
}

function endOf({ reason, usage }: Extract<SessionEvent, { type: 'session.ended' }>): FeedBody {
  return { type: 'session.ended', reason, ...(usage && { usage: { ...usage } }) };
}

function transcriptOf(event: Extract<SessionEvent, { type: 'caller.transcript' }>): FeedBody[] {
  const { itemId, isFinal } = event;
  const text = shown(event.text);
  const transcript: FeedBody = { type: 'caller.transcript', itemId, text, isFinal };
  if (!isFinal) return [transcript];
  return [transcript, { type: 'item', itemId, speaker: 'caller', text, status: 'completed' }];
}

function itemBody(item: MessageItem, status: 'completed' | 'incomplete'): FeedBody {
  const { id, speaker, text } = item;
  return { type: 'item', itemId: id, speaker, text: text && shown(text), status };
}

function masked(text: string): string {
  return maskAddresses(shown(text));
}

function shown(text: string): string {
  return text.length <= MAX_TEXT_CHARS ? text : `${text.slice(0, MAX_TEXT_CHARS)}…`;
}

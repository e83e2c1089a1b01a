import type { ConversationItem, MessageItem } from '@antiphon/session';
import type { Content, FunctionCall } from '@google/genai';
import type { OnWire } from '../wire-types.ts';

const CALL = /^\[You called (\S+) with (.*)\]$/su;
const RESULT = /^\[Result of the call: (.*)\]$/su;

/** What a connection knows as a session would have it, so that an engine can answer it. */
export class KnownItems {
  items: ConversationItem[] = [];
  /** Calls that were told in writing and whose results were not, oldest first. */
  #calls: string[] = [];
  #count = 0;

  /** Goes on from what another one knows. */
  take(other: KnownItems): void {
    this.items = [...other.items];
    this.#count = other.#count;
  }

  heard(text: string | null): void {
    this.#add('caller', text ?? '');
  }

  spoken(text: string, calls: readonly FunctionCall[]): void {
    this.#add('agent', text);
    for (const { id = '', name = '', args = {} } of calls)
      this.#call(id, name, JSON.stringify(args));
  }

  result(callId: string, response: Readonly<Record<string, unknown>>): void {
    const { output } = response;
    this.#output(callId, typeof output === 'string' ? output : JSON.stringify(response));
  }

  /** Notes of calls and results are read as a model reads them. */
  written({ role, parts = [] }: OnWire<Content>): void {
    for (const { text = '' } of parts) {
      const call = CALL.exec(text);
      const result = RESULT.exec(text);
      if (call) {
        const callId = `written_${++this.#count}`;
        this.#calls.push(callId);
        this.#call(callId, call[1]!, call[2]!);
      } else if (result) this.#output(this.#calls.shift() ?? '', result[1]!);
      else this.#add(role === 'model' ? 'agent' : 'caller', text);
    }
  }

  #call(callId: string, name: string, text: string): void {
    const call = { kind: 'toolCall', status: 'completed', callId, name, arguments: text } as const;
    this.items.push({ ...call, id: this.#newId() });
  }

  #output(callId: string, output: string): void {
    this.items.push({ kind: 'toolOutput', id: this.#newId(), status: 'completed', callId, output });
  }

  #add(speaker: MessageItem['speaker'], text: string): void {
    if (text === '') return;
    const message = { kind: 'message', medium: 'audio', status: 'completed', audioMs: 0 } as const;
    this.items.push({ ...message, id: this.#newId(), speaker, text });
  }

  #newId(): string {
    return `known_${++this.#count}`;
  }
}

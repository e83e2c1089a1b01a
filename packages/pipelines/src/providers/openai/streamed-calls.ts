import { randomUUID } from 'node:crypto';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { LanguageModelPart } from '../../cascade/ports/language-model.ts';

type CallDelta = Partial<ChatCompletionChunk.Choice.Delta.ToolCall>;
type MadeCall = Extract<LanguageModelPart, { type: 'toolCall' }>;

interface OpenCall {
  readonly index: number | null;
  id: string;
  name: string;
  arguments: string;
}

/**
 * Puts the calls of an answer together. Deltas belong to the call of their index; as servers have
 * it, the index may be missing or the same for all calls, the id may be missing, and both id and
 * name may be repeated with every delta.
 */
export class StreamedCalls {
  readonly #calls: OpenCall[] = [];
  readonly #takenIds: Set<string>;

  /** Ids of the conversation are not given again. */
  constructor(takenIds: ReadonlySet<string>) {
    this.#takenIds = new Set(takenIds);
  }

  get isBegun(): boolean {
    return this.#calls.length > 0;
  }

  take(delta: CallDelta): void {
    const index = typeof delta.index === 'number' ? delta.index : null;
    const id = textOf(delta.id);
    const name = textOf(delta.function?.name);
    const call = this.#callOf(index, id, name);
    call.id ||= id;
    if (call.name !== name) call.name += name;
    call.arguments += textOf(delta.function?.arguments);
  }

  /** All calls in the order in which they began; those without a name are none. */
  made(): MadeCall[] {
    return this.#calls
      .filter(({ name }) => name !== '')
      .map(({ id, name, arguments: text }) => ({
        type: 'toolCall',
        callId: this.#freeId(id),
        name,
        // A call without arguments may have no text for them.
        arguments: text.trim() === '' ? '{}' : text,
      }));
  }

  #callOf(index: number | null, id: string, name: string): OpenCall {
    const call =
      index === null ? this.#calls.at(-1) : this.#calls.findLast((one) => one.index === index);
    if (call && !isAnother(call, id, name)) return call;
    const begun = { index, id: '', name: '', arguments: '' };
    this.#calls.push(begun);
    return begun;
  }

  #freeId(id: string): string {
    const free =
      id === '' || this.#takenIds.has(id) ? `call_${randomUUID().replaceAll('-', '')}` : id;
    this.#takenIds.add(free);
    return free;
  }
}

/** Whether a delta begins another call, although its index is that of this one. */
function isAnother(call: OpenCall, id: string, name: string): boolean {
  if (id !== '' && call.id !== '') return id !== call.id;
  return name !== '' && isWhole(call.arguments);
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

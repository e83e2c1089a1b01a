import { randomUUID } from 'node:crypto';
import type { ConversationItem, Dialogue } from '@antiphon/session';
import type {
  Expectation,
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from '../../cascade/ports/language-model.ts';
import { PipelineError } from '../../pipeline-error.ts';
import { DialogueFold } from './dialogue-fold.ts';
import { expectationsOf } from './stage-expectations.ts';
import { TurnReader } from './turn-reader.ts';

/**
 * A language model that follows a dialogue instead of predicting words. It keeps nothing between
 * answers: each goes through the history as heard and says what is due, so equal histories give
 * equal answers. Instructions are not read, and of the tool choices only `none` is heeded.
 */
export class ScriptedLanguageModel implements LanguageModel {
  readonly name = 'scripted';
  readonly #dialogue: Dialogue;
  readonly #reader: TurnReader;
  readonly #expectations: ReadonlyMap<string, Expectation>;
  /** Then it is known without going through the conversation. */
  readonly #isSameEverywhere: boolean;

  /** Throws `invalid_argument` when the dialogue starts with a stage it does not have. */
  constructor(dialogue: Dialogue) {
    if (!Object.hasOwn(dialogue.stages, dialogue.start)) {
      throw new PipelineError(
        'invalid_argument',
        `the dialogue starts at ${dialogue.start}, which is none of its stages; name one of them`,
      );
    }
    this.#dialogue = dialogue;
    this.#reader = new TurnReader(dialogue);
    this.#expectations = expectationsOf(dialogue);
    const stages = Object.keys(dialogue.stages);
    const kinds = stages.map((stage) => JSON.stringify(this.#expectations.get(stage) ?? null));
    this.#isSameEverywhere = new Set(kinds).size === 1;
  }

  /** The number that is understood where the conversation stands, whether it was asked for or not. */
  expects(history: readonly ConversationItem[]): Expectation | null {
    if (this.#isSameEverywhere) return this.#expectations.get(this.#dialogue.start) ?? null;
    const fold = new DialogueFold(this.#dialogue, this.#reader, () => true);
    for (const item of history) fold.take(item);
    return this.#expectations.get(fold.heardStage) ?? null;
  }

  /** Streams the text word by word, then the calls; usage is counted in words. */
  async *answer(request: LanguageModelRequest): AsyncIterable<LanguageModelPart> {
    const { signal, maxOutputTokens } = request;
    const fold = new DialogueFold(this.#dialogue, this.#reader, (tool) => isOffered(request, tool));
    for (const item of request.history) fold.take(item);
    const { text, calls } = fold.next();
    const words = text.match(/\s*\S+/g) ?? [];
    const spoken = words.slice(0, maxOutputTokens ?? words.length);
    for (const delta of spoken) {
      if (signal.aborted) return;
      yield { type: 'text', delta };
    }
    const isWhole = spoken.length === words.length;
    for (const { call, arguments: values } of isWhole ? calls : []) {
      if (signal.aborted) return;
      const callId = `call_${randomUUID().replaceAll('-', '')}`;
      yield { type: 'toolCall', callId, name: call.tool, arguments: JSON.stringify(values) };
    }
    if (signal.aborted) return;
    yield {
      type: 'end',
      finish: isWhole ? 'stop' : 'length',
      usage: {
        inputTextTokens: wordCount(request.instructions) + historyWords(request.history),
        inputAudioTokens: 0,
        outputTextTokens: spoken.length,
        outputAudioTokens: 0,
      },
    };
  }
}

function isOffered({ tools, toolChoice }: LanguageModelRequest, tool: string): boolean {
  return toolChoice !== 'none' && tools.some(({ name }) => name === tool);
}

function historyWords(history: readonly ConversationItem[]): number {
  let words = 0;
  for (const item of history) words += wordCount(textOf(item));
  return words;
}

function textOf(item: ConversationItem): string {
  if (item.kind === 'message') return item.text ?? '';
  return item.kind === 'toolCall' ? item.arguments : item.output;
}

function wordCount(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

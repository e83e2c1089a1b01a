import type { ToolChoice, ToolDefinition } from '@antiphon/session';
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionFunctionTool,
  ChatCompletionToolChoiceOption,
} from 'openai/resources/chat/completions';
import type { LanguageModelRequest } from '../../cascade/ports/language-model.ts';
import type { ChatRefusal } from './chat-fault.ts';
import { chatMessages } from './chat-messages.ts';

/** Whose models take `max_completion_tokens`, and some of them no `max_tokens`. */
const NEWER_HOSTS = /(?:^|\.)(?:openai|azure)\.com$/u;

/** What an answer can do without. */
const MEMBERS = ['temperature', 'stream_options', 'max_completion_tokens', 'max_tokens'] as const;
type Member = (typeof MEMBERS)[number];

/** What a request holds, as far as the server is known to take it. */
export class ChatParams {
  readonly #model: string;
  /** The names of the bound of an answer, the likelier one first. */
  readonly #limits: readonly Member[];
  /** What the server has refused. */
  readonly #refused = new Set<Member>();

  constructor(model: string, url: URL) {
    this.#model = model;
    const limits = ['max_completion_tokens', 'max_tokens'] as const;
    this.#limits = NEWER_HOSTS.test(url.hostname) ? limits : limits.toReversed();
  }

  of(request: LanguageModelRequest): ChatCompletionCreateParamsStreaming {
    const { instructions, history, tools, toolChoice, temperature, maxOutputTokens } = request;
    const limit = this.#limits.find((name) => !this.#refused.has(name));
    return {
      model: this.#model,
      messages: chatMessages(instructions, history),
      stream: true,
      ...(!this.#refused.has('stream_options') && { stream_options: { include_usage: true } }),
      ...(tools.length > 0 && {
        tools: tools.map(toolOf),
        tool_choice: choiceOf(toolChoice),
      }),
      ...(temperature !== null && !this.#refused.has('temperature') && { temperature }),
      ...(maxOutputTokens !== null && limit && { [limit]: maxOutputTokens }),
    };
  }

  /** Whether the server refused a member that it need not be sent; it is not sent it again. */
  learnFrom(refusal: ChatRefusal, params: ChatCompletionCreateParamsStreaming): boolean {
    const { status, code, param } = refusal;
    if (status !== 400 && status !== 422) return false;
    if (typeof code !== 'string' || !/^(?:un(?:supported|known|recognized)_|extra_)/u.test(code)) {
      return false;
    }
    const [name] = typeof param === 'string' ? param.split('.') : [];
    const member = MEMBERS.find((one) => one === name && Object.hasOwn(params, one));
    if (!member || this.#refused.has(member)) return false;
    this.#refused.add(member);
    return true;
  }
}

function toolOf({ name, description, parameters }: ToolDefinition): ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters: { ...parameters } } };
}

function choiceOf(choice: ToolChoice): ChatCompletionToolChoiceOption {
  return typeof choice === 'string'
    ? choice
    : { type: 'function', function: { name: choice.name } };
}

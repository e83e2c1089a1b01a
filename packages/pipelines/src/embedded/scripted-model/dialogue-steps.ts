import type { Dialogue, DialogueCall, DialogueReply } from '@antiphon/session';
import { fillTemplate, type TemplateValues } from './fill-template.ts';
import type { ResultFields } from './tool-result.ts';

/** Where a conversation stands in its dialogue. */
export interface Standing extends TemplateValues {
  readonly stage: string;
  /** What was said last for a reason; "sorry?" is none. */
  readonly lastText: string | null;
  /** How often each list of texts was drawn from. */
  readonly draws: ReadonlyMap<readonly string[], number>;
  /** Turns in a row that were unclear. */
  readonly unclearTurns: number;
}

/** A call with its arguments filled in. */
export interface FilledCall {
  readonly call: DialogueCall;
  readonly arguments: Readonly<Record<string, string | number | boolean>>;
}

/** What the agent does about one turn or result, or to finish an answer that was cut. */
export interface Step {
  readonly source: 'turn' | 'result' | 'cut';
  readonly text: string;
  readonly call: FilledCall | null;
  /** Whether the conversation is elsewhere afterwards; a remark in passing leaves it. */
  readonly movesOn: boolean;
  /** Whether it only says that nothing was understood. */
  readonly isUnclear: boolean;
}

/** Where the conversation stands next, and the step that takes it there. */
export interface Advance {
  readonly standing: Standing;
  readonly step: Step;
}

/** Where a conversation begins. */
export function startOf(dialogue: Dialogue): Standing {
  return {
    stage: dialogue.start,
    values: {},
    result: null,
    lastText: null,
    draws: new Map(),
    unclearTurns: 0,
  };
}

/** Follows replies of a dialogue from one standing to the next. Nothing is kept in it. */
export class DialogueSteps {
  readonly #dialogue: Dialogue;
  readonly #isOffered: (tool: string) => boolean;

  /** `isOffered` says whether a tool may be called; the script takes its `failed` way if not. */
  constructor(dialogue: Dialogue, isOffered: (tool: string) => boolean) {
    this.#dialogue = dialogue;
    this.#isOffered = isOffered;
  }

  /** The caller said something that the stage has a reply to. */
  understood(standing: Standing, intent: string, slots: Readonly<Record<string, string>>): Advance {
    const { stages, anywhere } = this.#dialogue;
    const on = stages[standing.stage]?.on;
    const reply = on && Object.hasOwn(on, intent) ? on[intent] : anywhere?.[intent];
    const values = { ...standing.values, ...slots };
    return this.#follow({ ...standing, values, unclearTurns: 0 }, reply ?? {}, 'turn');
  }

  /** The caller said nothing that fits, or a number in part. */
  notUnderstood(standing: Standing, kind: 'unclear' | 'incomplete'): Advance {
    const stage = this.#dialogue.stages[standing.stage];
    const unclear = stage?.unclear ?? this.#dialogue.unclear;
    const texts = kind === 'incomplete' ? (stage?.incomplete ?? unclear) : unclear;
    const text = filledFrom(texts, standing.unclearTurns, standing) ?? '';
    return {
      standing: { ...standing, unclearTurns: standing.unclearTurns + 1 },
      step: { source: 'turn', text, call: null, movesOn: false, isUnclear: true },
    };
  }

  /** A call ended; `null` when the script has nothing to say about it. */
  settled(standing: Standing, call: DialogueCall, fields: ResultFields): Advance | null {
    if (fields === null) return this.#follow(standing, call.failed, 'result');
    const known = { ...standing, result: fields };
    if (call.results.length === 0) return null;
    const fitting = call.results.find(({ when }) =>
      Object.entries(when).every(([name, value]) => fields[name] === value),
    );
    return this.#follow(known, fitting ?? call.failed, 'result');
  }

  #follow(standing: Standing, reply: DialogueReply, source: Step['source']): Advance {
    if (reply.call && !this.#isOffered(reply.call.tool)) {
      return this.#follow(standing, reply.call.failed, source);
    }
    const known = { ...standing, values: { ...standing.values, ...reply.set } };
    const draws = new Map(known.draws);
    const drawn = reply.say ? (draws.get(reply.say) ?? 0) : 0;
    if (reply.say) draws.set(reply.say, drawn + 1);
    const said = reply.say ? filledFrom(reply.say, drawn, known) : null;
    // A text that cannot be filled must not leave the caller in silence.
    const gap = reply.say && said === null ? this.notUnderstood(standing, 'unclear').step.text : '';
    const text = reply.repeat ? (standing.lastText ?? '') : (said ?? gap);
    return {
      standing: {
        ...known,
        draws,
        stage: reply.goto ?? standing.stage,
        lastText: said ?? standing.lastText,
      },
      step: {
        source,
        text,
        call: reply.call
          ? { call: reply.call, arguments: filledArguments(reply.call, known) }
          : null,
        movesOn: source === 'result' || reply.call !== undefined || reply.goto !== undefined,
        isUnclear: false,
      },
    };
  }
}

/** The text whose turn it is, or the next one after it that can be filled. */
function filledFrom(texts: readonly string[], turn: number, values: TemplateValues): string | null {
  for (let offset = 0; offset < texts.length; offset++) {
    const filled = fillTemplate(texts[(turn + offset) % texts.length]!, values);
    if (filled !== null) return filled;
  }
  return null;
}

function filledArguments(call: DialogueCall, values: TemplateValues): FilledCall['arguments'] {
  const filled: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(call.arguments)) {
    const known = typeof value === 'string' ? fillTemplate(value, values) : value;
    if (known !== null) filled[name] = known;
  }
  return filled;
}

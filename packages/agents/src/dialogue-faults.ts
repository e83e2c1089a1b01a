import type { FolderFault } from './agent-folder-error.ts';
import { spellingAdvice } from './closest-name.ts';
import { repliesOf, stagesWithoutResult, type ReplyPlace } from './dialogue-replies.ts';
import { entriesOf, isRecord, itemsOf, type Fields } from './fields.ts';
import { exampleGaps, textGaps } from './template-gaps.ts';
import { argumentNames } from './tool-parameters.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** The tools of an agent by name, with their JSON Schemas; `null` when they are not known. */
export type KnownTools = ReadonlyMap<string, unknown> | null;

/** What a dialogue's names may refer to. */
interface Names {
  readonly intents: readonly string[];
  readonly stages: readonly string[];
  readonly slots: readonly string[];
  /** Slots, and what replies keep with `set`. */
  readonly values: readonly string[];
  readonly tools: KnownTools;
}

/** What is wrong in `dialogue.yaml` beyond its shape. It may be called before the shape is right. */
export function dialogueFaults(source: YamlSource, tools: KnownTools): FolderFault[] {
  const dialogue = isRecord(source.content) ? source.content : {};
  const replies = repliesOf(dialogue);
  const slots = entriesOf(dialogue.slots).map(([name]) => name);
  const kept = replies.flatMap(({ reply }) => entriesOf(reply.set).map(([name]) => name));
  const names: Names = {
    intents: entriesOf(dialogue.intents).map(([name]) => name),
    stages: entriesOf(dialogue.stages).map(([name]) => name),
    slots,
    values: [...new Set([...slots, ...kept])],
    tools,
  };
  const check = new DialogueCheck(source, names);
  check.slots(dialogue.slots);
  check.examples(dialogue.intents);
  check.stageNamed(dialogue.start, ['start']);
  check.intentsNamed(dialogue.anywhere, ['anywhere']);
  const uninformed = stagesWithoutResult(dialogue);
  for (const [name, stage] of entriesOf(dialogue.stages)) {
    const path = ['stages', name];
    const fields = isRecord(stage) ? stage : {};
    check.intentsNamed(fields.on, [...path, 'on']);
    const hasResult = !uninformed.has(name);
    check.texts(fields.unclear, [...path, 'unclear'], hasResult);
    check.texts(fields.incomplete, [...path, 'incomplete'], hasResult);
  }
  check.texts(dialogue.unclear, ['unclear'], false);
  for (const place of replies) check.reply(place);
  return check.faults;
}

class DialogueCheck {
  readonly faults: FolderFault[] = [];
  readonly #source: YamlSource;
  readonly #names: Names;

  constructor(source: YamlSource, names: Names) {
    this.#source = source;
    this.#names = names;
  }

  slots(slots: unknown): void {
    for (const [name, slot] of entriesOf(slots)) {
      const { minLength, maxLength } = isRecord(slot) ? slot : {};
      if (typeof minLength === 'number' && typeof maxLength === 'number' && minLength > maxLength) {
        const reason = `minLength ${minLength} is more than maxLength ${maxLength}`;
        this.#at(['slots', name, 'minLength'], reason, 'Swap them.');
      }
    }
  }

  examples(intents: unknown): void {
    for (const [name, intent] of entriesOf(intents)) {
      itemsOf(isRecord(intent) ? intent.examples : null).forEach((example, index) => {
        if (typeof example !== 'string') return;
        const path = ['intents', name, 'examples', index];
        const { names, faults } = exampleGaps(example);
        for (const fault of faults) this.#inside(path, fault.piece, fault);
        for (const slot of names) {
          if (this.#names.slots.includes(slot)) continue;
          this.#inside(path, `{${slot}}`, {
            reason: `there is no slot "${slot}"`,
            advice: spellingAdvice(slot, this.#names.slots),
          });
        }
      });
    }
  }

  stageNamed(stage: unknown, path: YamlPath): void {
    if (typeof stage !== 'string' || this.#names.stages.includes(stage)) return;
    this.#at(path, `there is no stage "${stage}"`, spellingAdvice(stage, this.#names.stages));
  }

  intentsNamed(replies: unknown, path: YamlPath): void {
    for (const [intent] of entriesOf(replies)) {
      if (this.#names.intents.includes(intent)) continue;
      const advice = spellingAdvice(intent, this.#names.intents);
      this.faults.push(
        this.#source.faultAtKey([...path, intent], `there is no intent "${intent}"`, advice),
      );
    }
  }

  reply({ reply, path, hasResult }: ReplyPlace): void {
    this.texts(reply.say, [...path, 'say'], hasResult);
    this.stageNamed(reply.goto, [...path, 'goto']);
    if (reply.say === undefined && reply.repeat === undefined && reply.call === undefined) {
      const reason = 'this reply says nothing, so the caller would wait';
      this.faults.push(this.#source.faultAtKey(path, reason, 'Add "say", "repeat" or "call".'));
    }
    if (reply.say !== undefined && reply.repeat !== undefined) {
      const reason = 'this reply both says something and repeats what was said';
      this.#at([...path, 'repeat'], reason, 'Keep one of "say" and "repeat".');
    }
    for (const [name, value] of entriesOf(reply.set)) {
      if (typeof value !== 'string' || !/[{}]/.test(value)) continue;
      this.#at([...path, 'set', name], 'a kept value is taken as written', 'Remove the braces.');
    }
    if (isRecord(reply.call)) this.#call(reply.call, [...path, 'call'], hasResult);
  }

  texts(texts: unknown, path: YamlPath, hasResult: boolean): void {
    itemsOf(texts).forEach((text, index) => this.#text(text, [...path, index], hasResult));
  }

  #call(call: Fields, path: YamlPath, hasResult: boolean): void {
    for (const [name, value] of entriesOf(call.arguments)) {
      this.#text(value, [...path, 'arguments', name], hasResult);
    }
    const { tools } = this.#names;
    if (!tools || typeof call.tool !== 'string') return;
    if (!tools.has(call.tool)) {
      const advice = spellingAdvice(call.tool, [...tools.keys()]);
      this.#at([...path, 'tool'], `agent.yaml has no tool "${call.tool}"`, advice);
      return;
    }
    const { all, required } = argumentNames(tools.get(call.tool));
    const given = entriesOf(call.arguments).map(([name]) => name);
    for (const name of given.filter((argument) => !all.includes(argument))) {
      const reason = `${call.tool} has no argument "${name}"`;
      const at = [...path, 'arguments', name];
      this.faults.push(this.#source.faultAtKey(at, reason, spellingAdvice(name, all)));
    }
    for (const name of required.filter((argument) => !given.includes(argument))) {
      const reason = `${call.tool} needs the argument "${name}"`;
      this.#at([...path, 'arguments'], reason, `Add "${name}" to the arguments.`);
    }
  }

  #text(text: unknown, path: YamlPath, hasResult: boolean): void {
    if (typeof text !== 'string') return;
    const { names, faults } = textGaps(text);
    for (const fault of faults) this.#inside(path, fault.piece, fault);
    for (const name of names) {
      const piece = `{${name}}`;
      if (!name.startsWith('result.')) {
        if (this.#names.values.includes(name)) continue;
        const reason = `nothing is named "${name}"`;
        this.#inside(path, piece, { reason, advice: spellingAdvice(name, this.#names.values) });
      } else if (!hasResult) {
        const reason = `${piece} is not known here: no tool may have given a result`;
        const advice = 'Use it in "results", or in a stage that only results lead to.';
        this.#inside(path, piece, { reason, advice });
      }
    }
  }

  #at(path: YamlPath, reason: string, advice: string): void {
    this.faults.push(this.#source.faultAt(path, reason, advice));
  }

  #inside(path: YamlPath, piece: string, fault: { reason: string; advice: string }): void {
    const { reason, advice } = fault;
    this.faults.push(this.#source.faultInside(path, piece, { reason, advice }));
  }
}

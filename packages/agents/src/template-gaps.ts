/** A piece of an example or text, and what is wrong with it. */
export interface TextFault {
  /** The piece as written, to find its place. */
  readonly piece: string;
  readonly reason: string;
  readonly advice: string;
}

/** The names in braces in a text, and braces that hold none. */
export interface TextGaps {
  readonly names: readonly string[];
  readonly faults: readonly TextFault[];
}

/** More optional parts make more variants than a recogniser should learn. */
const MOST_OPTIONAL_PARTS = 4;

const NAME = /^(?:result\.)?[a-z][a-z0-9_]*$/i;

/** Reads `{name}` and `{result.field}` in what the agent says or passes to a tool. */
export function textGaps(text: string): TextGaps {
  const names: string[] = [];
  const faults: TextFault[] = [];
  const rest = text.replaceAll(/\{([^{}]*)\}/g, (gap, name: string) => {
    if (NAME.test(name)) names.push(name);
    else faults.push({ piece: gap, reason: `${gap} holds no name`, advice: 'Name a slot in it.' });
    return '';
  });
  const stray = /[{}]/.exec(rest)?.[0];
  if (stray !== undefined) {
    const advice = 'Write a gap as {name}, without spaces or braces in it.';
    faults.push({ piece: stray, reason: `a "${stray}" has no counterpart`, advice });
  }
  return { names, faults };
}

/** Reads an example of an intent: `{slot}` and `[optional part]`, neither inside the other. */
export function exampleGaps(example: string): TextGaps {
  const faults: TextFault[] = [];
  let optionalParts = 0;
  const rest = example.replaceAll(/\[([^[\]]*)\]/g, (part, words: string) => {
    optionalParts += 1;
    if (words.trim() === '') {
      faults.push({ piece: part, reason: `${part} is empty`, advice: 'Write words in it.' });
    } else if (/[{}]/.test(words)) {
      const advice = 'Write one example with the slot and one without.';
      faults.push({ piece: part, reason: `${part} has a slot in it`, advice });
    }
    return ' ';
  });
  const stray = /[[\]]/.exec(rest)?.[0];
  if (stray !== undefined) {
    const advice = 'Write an optional part as [words], without brackets in it.';
    faults.push({ piece: stray, reason: `a "${stray}" has no counterpart`, advice });
  }
  if (optionalParts > MOST_OPTIONAL_PARTS) {
    const reason = `${optionalParts} optional parts are more than ${MOST_OPTIONAL_PARTS}`;
    faults.push({ piece: '[', reason, advice: 'Write two examples.' });
  }
  if (stray === undefined && !/[\p{L}\p{N}{]/u.test(rest)) {
    const advice = 'Leave at least one word outside of brackets.';
    faults.push({
      piece: example,
      reason: 'nothing is left of it without its optional parts',
      advice,
    });
  }
  const gaps = textGaps(example.replaceAll(/\[[^[\]]*\]/g, ' '));
  return { names: gaps.names, faults: [...faults, ...gaps.faults] };
}

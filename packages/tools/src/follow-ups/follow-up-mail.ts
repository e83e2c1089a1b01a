import { createHash } from 'node:crypto';
import type { PromisedFollowUp, ToolOutcome } from '@antiphon/session';
import type { Mail } from './mail-sender.ts';
import { plainText, readableText } from './plain-text.ts';

/** A longer subject is cut by most readers anyway. */
const MOST_SUBJECT_LENGTH = 150;
/** Some ten pages; more is nothing that anybody asked for on a call. */
const MOST_TEXT_LENGTH = 20_000;
const CUT_NOTE = '\n\n(The rest is left out: the answer is too long for a mail.)\n';

/** What a caller is told in place of an answer, by the way the call ended. */
const APOLOGIES: Readonly<Record<Exclude<ToolOutcome['kind'], 'result'>, string>> = {
  error: 'It did not work, so we have no answer for you.',
  timeout:
    'It took too long and we stopped waiting, so we have no answer for you. ' +
    'We cannot say whether it was still done.',
  cancelled: 'It was stopped before there was an answer.',
  unknown: 'Something went wrong on our side, and we cannot say whether it was done or not.',
};

/**
 * The mail for a call that has ended: the template filled from its result and arguments, or an
 * apology that says plainly what is known. Values are text and nothing else: whatever stands in
 * them is neither a header, nor markup, nor a gap to be filled.
 */
export function followUpMail(
  followUp: PromisedFollowUp,
  outcome: ToolOutcome,
  domain: string,
): Mail {
  const { subject, text } =
    outcome.kind === 'result' ? answer(followUp, outcome.output) : apology(outcome.kind);
  return {
    messageId: `${messageName(followUp.id)}@${domain}`,
    to: followUp.to,
    subject: cut(readableText(subject).replaceAll(/\s+/gu, ' ').trim(), MOST_SUBJECT_LENGTH, '…'),
    text: cut(readableText(text), MOST_TEXT_LENGTH, CUT_NOTE),
  };
}

/** The same for the same id, on whatever machine. */
function messageName(id: string): string {
  return `antiphon.${createHash('sha256').update(id).digest('hex').slice(0, 40)}`;
}

function answer(
  { template, arguments: args }: PromisedFollowUp,
  output: string,
): { readonly subject: string; readonly text: string } {
  const result = jsonValue(output);
  const values = jsonValue(args);
  // In one pass: a gap within a value is text.
  const filled = (text: string): string =>
    text.replaceAll(/\{([^{}]*)\}/gu, (_gap, name: string) => {
      const [first = '', ...rest] = name.trim().split('.');
      const value = first === 'result' ? valueAt(result, rest) : valueAt(values, [first, ...rest]);
      return plainText(value).slice(0, MOST_TEXT_LENGTH + 1);
    });
  return { subject: filled(template.subject), text: filled(template.body) };
}

function apology(kind: keyof typeof APOLOGIES): {
  readonly subject: string;
  readonly text: string;
} {
  return {
    subject: 'Sorry, we could not get your answer',
    text:
      'Hello,\n\n' +
      'On your call we promised to email you an answer. ' +
      `${APOLOGIES[kind]} We are sorry.\n\n` +
      'Please call us again, and we will look into it with you.\n',
  };
}

/** What stands at a path of names, and of positions in lists; `undefined` when nothing does. */
function valueAt(value: unknown, names: readonly string[]): unknown {
  let found = value;
  for (const name of names) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name))
      return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** The text itself when it is no JSON, or a number: some numbers name things, digit by digit. */
function jsonValue(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'number' ? text : value;
  } catch {
    return text;
  }
}

/** Cuts between characters, never within one. */
function cut(text: string, mostLength: number, note: string): string {
  if (text.length <= mostLength) return text;
  const end = mostLength - note.length;
  const splitsPair = /[\ud800-\udbff]/u.test(text.charAt(end - 1));
  return text.slice(0, splitsPair ? end - 1 : end) + note;
}

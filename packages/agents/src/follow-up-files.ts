import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FollowUpTemplate } from '@antiphon/session';
import type { FolderFault } from './agent-folder-error.ts';
import { closestName, spellingAdvice } from './closest-name.ts';
import { isRecord, itemsOf } from './fields.ts';
import { argumentNames } from './tool-parameters.ts';
import type { YamlSource } from './yaml-source.ts';

/** The e-mails of a folder's tools by tool name, and what is wrong with their files. */
export interface FollowUpFiles {
  readonly templates: ReadonlyMap<string, FollowUpTemplate>;
  readonly faults: readonly FolderFault[];
}

const GAP = /\{([^{}]*)\}/g;
const RESULT = /^result(?:\.\w+)*$/;
/** Longer ones are cut off by what shows them. */
const LONGEST_SUBJECT = 120;

/**
 * Reads `follow-ups/trace-package.md` for the tool `trace_package`: `Subject: …` in its first line,
 * then the body. `{argument}`, `{result}` and `{result.field}` stand for values.
 */
export async function loadFollowUpFiles(folder: string, agent: YamlSource): Promise<FollowUpFiles> {
  const directory = join(folder, 'follow-ups');
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const content = isRecord(agent.content) ? agent.content : {};
  const tools = new Map(
    itemsOf(content.tools)
      .filter(isRecord)
      .flatMap((tool) =>
        typeof tool.name === 'string' ? [[fileNameOf(tool.name), tool] as const] : [],
      ),
  );
  const templates = new Map<string, FollowUpTemplate>();
  const faults: FolderFault[] = [];
  for (const name of files.toSorted()) {
    const file = join(directory, name);
    const tool = tools.get(name);
    if (!tool) {
      faults.push(leftOver(file, name, [...tools.keys()]));
      continue;
    }
    const text = await readFile(file, 'utf8');
    const template = templateOf(text);
    const problems = [
      ...(template ? [] : [shapeFault(file, text)]),
      ...gapFaults(file, text, {
        tool: String(tool.name),
        known: argumentNames(tool.parameters).all,
      }),
    ];
    faults.push(...problems);
    if (template && problems.length === 0) templates.set(String(tool.name), template);
  }
  return { templates, faults };
}

function templateOf(text: string): FollowUpTemplate | null {
  const [first = '', ...rest] = text.split(/\r?\n/);
  const subject = /^Subject:\s*(\S.*)$/.exec(first)?.[1]?.trim();
  const body = rest.join('\n').trim();
  if (subject === undefined || subject.length > LONGEST_SUBJECT || body === '') return null;
  return { subject, body };
}

function shapeFault(file: string, text: string): FolderFault {
  const [first = ''] = text.split(/\r?\n/);
  const hint = 'Begin with "Subject: …", and write the e-mail below.';
  const subject = /^Subject:\s*(\S.*)$/.exec(first)?.[1]?.trim();
  if (subject === undefined) return fault(file, 1, { reason: 'there is no subject', advice: hint });
  if (subject.length > LONGEST_SUBJECT) {
    const reason = `the subject has ${subject.length} characters; the most is ${LONGEST_SUBJECT}`;
    return fault(file, 1, { reason, advice: 'Say the rest in the e-mail.' });
  }
  return fault(file, 2, { reason: 'the e-mail is empty', advice: hint });
}

function gapFaults(
  file: string,
  text: string,
  { tool, known }: { readonly tool: string; readonly known: readonly string[] },
): FolderFault[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const at = (column: number, reason: string, advice: string): FolderFault => ({
      ...fault(file, index + 1, { reason, advice }),
      column,
    });
    const faults = [...line.matchAll(GAP)].flatMap((match) => {
      const name = match[1]!;
      if (RESULT.test(name) || known.includes(name)) return [];
      const reason = `{${name}} is neither an argument of ${tool} nor of its result`;
      const advice = `${spellingAdvice(name, known)} A result's field is {result.field}.`;
      return [at(match.index + 1, reason, advice)];
    });
    const stray = line.replaceAll(GAP, (gap) => ' '.repeat(gap.length)).search(/[{}]/);
    if (stray < 0) return faults;
    const advice = 'Write a gap as {name}, without spaces or braces in it.';
    return [...faults, at(stray + 1, `a "${line[stray]!}" has no counterpart`, advice)];
  });
}

function leftOver(file: string, name: string, expected: readonly string[]): FolderFault {
  const closest = closestName(name, expected);
  const reason = 'it belongs to no tool of agent.yaml';
  const advice =
    closest === null
      ? 'Name it after a tool: follow-ups/trace-package.md for trace_package.'
      : `Should the file be called ${closest}?`;
  return fault(file, 1, { reason, advice });
}

function fault(
  file: string,
  line: number,
  { reason, advice }: { readonly reason: string; readonly advice: string },
): FolderFault {
  return { file, line, column: 1, reason, advice };
}

/** `trace-package.md` for `trace_package`. */
function fileNameOf(tool: string): string {
  return `${tool.replaceAll('_', '-')}.md`;
}

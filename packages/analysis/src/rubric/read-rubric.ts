import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { AnalysisError } from '../analysis-error.ts';
import { rubricSchema } from './rubric.ts';
import type { Rubric } from './rubric.ts';

/** Twenty dimensions with all they may say. */
const MOST_BYTES = 262_144;

/** Reads a rubric, YAML or JSON; rejects with `invalid_rubric`, which says what is wrong and where. */
export async function readRubric(file: string): Promise<Rubric> {
  const name = path.basename(file);
  const text = await textOf(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const [fault] = document.errors;
  if (fault) throw invalid(`${at(fault.pos[0])} is not valid YAML: ${fault.message}`);
  const parsed = rubricSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues.map(({ path: where, message }) => {
    const what = where.length === 0 ? 'the rubric' : where.join('.');
    return `${at(offsetOf(document, where))} ${what}: ${message}`;
  });
  throw invalid(told.join('\n'));
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) throw invalid(`${file} has ${size} bytes, more than ${MOST_BYTES}`);
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof AnalysisError) throw cause;
    throw invalid(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

/** Where a value begins, or the nearest thing above it that there is. */
function offsetOf(document: Document, where: readonly PropertyKey[]): number {
  for (let depth = where.length; depth > 0; depth--) {
    const found: unknown = document.getIn(where.slice(0, depth), true);
    if (isNode(found) && found.range) return found.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function invalid(what: string, cause?: unknown): AnalysisError {
  return new AnalysisError(
    'invalid_rubric',
    `${what}\nWrite it as docs/analysis.md shows, or leave it out for the rubric that comes with it.`,
    { cause },
  );
}

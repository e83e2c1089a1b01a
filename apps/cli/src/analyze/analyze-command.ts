import path from 'node:path';
import {
  ANALYSTS,
  AnalysisError,
  analyzeRecording,
  DEFAULT_RUBRIC,
  openAnalyst,
  readRubric,
} from '@antiphon/analysis';
import type { AnalystName } from '@antiphon/analysis';
import { SessionArchive } from '@antiphon/storage';
import { CliError } from '../cli-error.ts';
import { inkFor } from '../ink.ts';
import type { Terminal } from '../terminal.ts';
import { analysisText } from './analysis-text.ts';
import { findRecording } from './find-recording.ts';

/** The options of `antiphon analyze`, as they were given. */
export interface AnalyzeCommand {
  /** A recording's folder, or the id of a session in the server's data folder. */
  readonly recording: string;
  readonly analyst?: AnalystName;
  readonly model?: string;
  readonly url?: string;
  readonly keyVariable?: string;
  readonly rubric?: string;
  /** Whether to ask although there is an answer to the same question. */
  readonly again: boolean;
  readonly json: boolean;
}

/**
 * Has a recorded call judged and prints what came of it; true when there is an analysis. Rejects
 * with a CliError that says what to do.
 */
export async function runAnalyzeCommand(
  command: AnalyzeCommand,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const { stdout, stderr, environment, directory } = terminal;
  const { folder, sessionId } = await findRecording(command.recording, terminal);
  const settings = settingsOf(command, environment);
  try {
    const rubric =
      settings.rubric === undefined
        ? DEFAULT_RUBRIC
        : await readRubric(path.resolve(directory, settings.rubric));
    const { analysis, isNew } = await analyzeRecording({
      archive: new SessionArchive(folder),
      sessionId,
      analyst: openAnalyst({ ...settings, variables: (name) => environment[name] }),
      rubric,
      reuse: command.again ? 'none' : 'same',
      signal,
      onProgress: (doing) => stderr.write(`${doing} …\n`),
      onNotice: (notice) => stderr.write(`${notice}\n`),
    });
    const file = path.join(folder, sessionId, 'analysis.json');
    stderr.write(
      isNew
        ? `Kept in ${file}\n`
        : `It was asked before, on ${analysis.analyzedAt}; --again asks once more. From ${file}\n`,
    );
    const ink = inkFor({ isTTY: stdout.isTTY, environment });
    stdout.write(command.json ? `${JSON.stringify(analysis)}\n` : analysisText(analysis, ink));
    return true;
  } catch (cause) {
    if (!(cause instanceof AnalysisError)) throw cause;
    throw new CliError('not_analyzed', `${cause.message} (${cause.code})`, { cause });
  }
}

type AnalystOptions = Pick<AnalyzeCommand, 'model' | 'url' | 'keyVariable' | 'rubric'>;

/** As it was told; where no analyst was named, what the worker is told counts for the rest. */
function settingsOf(
  { analyst, model, url, keyVariable, rubric }: AnalyzeCommand,
  environment: Terminal['environment'],
): AnalystOptions & { readonly name: AnalystName } {
  const told: AnalystOptions = {
    ...(model !== undefined && { model }),
    ...(url !== undefined && { url }),
    ...(keyVariable !== undefined && { keyVariable }),
    ...(rubric !== undefined && { rubric }),
  };
  if (analyst !== undefined) return { name: analyst, ...told };
  const of = (name: string) => environment[`ANTIPHON_ANALYZE${name}`] || undefined;
  const known = Object.entries({
    model: of('_MODEL'),
    url: of('_URL'),
    keyVariable: of('_KEY_VARIABLE'),
    rubric: of('_RUBRIC'),
  }).filter(([, value]) => value !== undefined);
  const name = ANALYSTS.find((other) => other === of('')) ?? 'gemini';
  return { name, ...(Object.fromEntries(known) as AnalystOptions), ...told };
}

import { antiphonProgram } from '../program.ts';

/** What a run of the command line did. */
export interface ProgramRun {
  readonly stdout: string;
  readonly stderr: string;
  /** What the command made of it; null when it was not carried out. */
  readonly succeeded: boolean | null;
  /** The message of the error that ended it. */
  readonly error: string | null;
}

/** What a run finds; without it no environment and no key. */
export interface ProgramSurroundings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

/**
 * Runs a command line, whose arguments are separated by single spaces, without letting it end the
 * process.
 */
export async function runProgram(
  line: string,
  { environment = {}, directory = '/nonexistent' }: ProgramSurroundings = {},
): Promise<ProgramRun> {
  const texts = { stdout: '', stderr: '' };
  let succeeded: boolean | null = null;
  let error: string | null = null;
  const sink = (name: keyof typeof texts) => ({
    write: (text: string) => {
      texts[name] += text;
    },
  });
  const program = antiphonProgram({
    terminal: {
      stdout: sink('stdout'),
      stderr: sink('stderr'),
      environment,
      directory,
    },
    signal: new AbortController().signal,
    onResult: (result) => {
      succeeded = result;
    },
  });
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(['node', 'antiphon', ...line.split(' ')]);
  } catch (failure) {
    error = (failure as Error).message;
  }
  return { ...texts, succeeded, error };
}

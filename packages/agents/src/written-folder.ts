import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { AgentFolderError } from './agent-folder-error.ts';

/** The least an `agent.yaml` can be. */
export const PLAIN_AGENT = `description: Says hello.
pipeline: embedded
voice: slt
backchannel: ignore
`;

/** A directory for agent folders that nobody else uses, for tests. */
export async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'antiphon-agents-'));
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }\n');
  return directory;
}

/** Writes an agent folder, by default a sound one without tools, and returns its path. */
export async function writtenFolder(
  files: Readonly<Record<string, string | null>>,
  { directory, name = 'hello' }: { directory: string; name?: string },
): Promise<string> {
  const folder = join(directory, name);
  await mkdir(folder, { recursive: true });
  const all = { 'agent.yaml': PLAIN_AGENT, 'instructions.md': 'Say hello.\n', ...files };
  for (const [file, text] of Object.entries(all)) {
    if (text === null) continue;
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return folder;
}

/** The faults of an error as lines, with paths relative to the folder. */
export function faultLines(error: AgentFolderError, folder: string): string[] {
  return error.faults.map(
    ({ file, line, column, reason, advice }) =>
      `${relative(folder, file)}:${line}:${column} ${reason.replaceAll(`${folder}/`, '')}. ${advice}`,
  );
}

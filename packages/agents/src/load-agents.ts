import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentFolderError } from './agent-folder-error.ts';
import { readAgentFolder, type LoadedAgent, type LoadOptions } from './load-agent-folder.ts';

/**
 * Loads the agent of every folder in a directory, by name; files, and folders whose name starts
 * with a dot, are passed over. Throws an {@link AgentFolderError} that lists the faults of all
 * folders, or says that the directory cannot be listed.
 */
export async function loadAgents(
  directory: string,
  options: LoadOptions = {},
): Promise<ReadonlyMap<string, LoadedAgent>> {
  const folders = await foldersIn(directory);
  // One after another: faults come in the order of names.
  const agents = new Map<string, LoadedAgent>();
  const faults = [];
  for (const folder of folders) {
    const reading = await readAgentFolder(join(directory, folder), options);
    if (reading.agent) agents.set(folder, reading.agent);
    else faults.push(...reading.faults);
  }
  if (faults.length === 0) return agents;
  throw new AgentFolderError('invalid_folder', `Agents in ${directory} cannot be loaded:`, {
    faults,
  });
}

async function foldersIn(directory: string): Promise<string[]> {
  try {
    const names = (await readdir(directory)).filter((name) => !name.startsWith('.')).toSorted();
    const kinds = await Promise.all(names.map((name) => stat(join(directory, name))));
    return names.filter((_name, index) => kinds[index]!.isDirectory());
  } catch (cause) {
    const message = `The agents directory ${directory} cannot be listed; create it or name another.`;
    throw new AgentFolderError('unreadable_directory', message, { cause });
  }
}

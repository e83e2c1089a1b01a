import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentFolderError } from './agent-folder-error.ts';
import { loadAgents } from './load-agents.ts';
import { emptyDirectory, PLAIN_AGENT, writtenFolder } from './written-folder.ts';

let directory = '';

beforeEach(async () => {
  directory = await emptyDirectory();
});

afterEach(() => rm(directory, { recursive: true }));

describe('loadAgents', () => {
  it('loads every folder by its name and passes over the rest', async () => {
    await writtenFolder({}, { directory, name: 'second' });
    await writtenFolder({}, { directory, name: 'first' });
    await writtenFolder({ 'agent.yaml': 'nonsense' }, { directory, name: '.hidden' });
    await writeFile(join(directory, 'README.md'), 'Agents live here.\n');
    const agents = await loadAgents(directory);
    expect([...agents.keys()]).toEqual(['first', 'second']);
    expect(agents.get('second')?.definition.name).toBe('second');
  });

  it('lists the faults of all folders in one error, one a line', async () => {
    await writtenFolder({ 'instructions.md': null }, { directory, name: 'first' });
    await writtenFolder({}, { directory, name: 'second' });
    const third = PLAIN_AGENT.replace('voice', 'vocie');
    await writtenFolder({ 'agent.yaml': third }, { directory, name: 'third' });
    const error: unknown = await loadAgents(directory).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AgentFolderError);
    expect((error as AgentFolderError).message.split('\n')).toEqual([
      `Agents in ${directory} cannot be loaded:`,
      `  ${directory}/first/instructions.md:1:1 there is no instructions.md. Write it. Say who the agent is.`,
      `  ${directory}/third/agent.yaml:1:1 "voice" is missing. Add "voice": a voice of the pipeline, such as slt.`,
      `  ${directory}/third/agent.yaml:3:1 unknown key "vocie". Did you mean "voice"?`,
    ]);
  });

  it('says that a directory is not there', async () => {
    await expect(loadAgents(join(directory, 'nowhere'))).rejects.toMatchObject({
      name: 'AgentFolderError',
      code: 'unreadable_directory',
      message: `The agents directory ${join(directory, 'nowhere')} cannot be listed; create it or name another.`,
      faults: [],
    });
  });

  it('checks the pipelines of all folders when it knows which there are', async () => {
    await writtenFolder({}, { directory });
    await expect(loadAgents(directory, { pipelines: ['stub'] })).rejects.toThrow(
      'hello/agent.yaml:2:11 there is no pipeline "embedded". Known are stub.',
    );
  });
});

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolFunction } from '@antiphon/session';
import type { FolderFault } from './agent-folder-error.ts';
import { closestName } from './closest-name.ts';
import { isRecord, itemsOf } from './fields.ts';
import { loadToolModule } from './tool-module.ts';
import type { YamlSource } from './yaml-source.ts';

/** The functions of a folder's tools by tool name, and what is wrong with their files. */
export interface ToolFiles {
  readonly tools: ReadonlyMap<string, ToolFunction>;
  readonly faults: readonly FolderFault[];
}

const ENDINGS = ['.ts', '.mts', '.js', '.mjs'];

/** Loads the files in `tools/` that `agent.yaml` names, and finds those missing or left over. */
export async function loadToolFiles(folder: string, agent: YamlSource): Promise<ToolFiles> {
  const directory = join(folder, 'tools');
  const files = await toolFilesIn(directory);
  const tools = new Map<string, ToolFunction>();
  const faults: FolderFault[] = [];
  const expected: string[] = [];
  const content = isRecord(agent.content) ? agent.content : {};
  for (const [index, tool] of itemsOf(content.tools).entries()) {
    if (!isRecord(tool) || typeof tool.name !== 'string') continue;
    if (tool.runs !== undefined && tool.runs !== 'server') continue;
    const base = fileNameOf(tool.name);
    expected.push(base);
    const matching = files.filter((file) => baseOf(file) === base);
    const [file] = matching;
    if (tool.webhook !== undefined) {
      if (file === undefined) continue;
      const reason = `the tool ${tool.name} has a webhook and the file tools/${file}`;
      faults.push(agent.faultAtKey(['tools', index, 'webhook'], reason, 'Keep one of them.'));
    } else if (file === undefined) {
      const reason = `the tool ${tool.name} has no file tools/${base}.ts`;
      const advice =
        'Write it, give the tool a "webhook", or say "runs: client" if the client runs the tool.';
      faults.push(agent.faultAt(['tools', index, 'name'], reason, advice));
    } else if (matching.length > 1) {
      const reason = `the tool ${tool.name} has ${matching.length} files: ${matching.join(', ')}`;
      faults.push(agent.faultAt(['tools', index, 'name'], reason, 'Keep one of them.'));
    } else {
      const { run, fault } = await loadToolModule(join(directory, file));
      if (run) tools.set(tool.name, run);
      else faults.push(fault);
    }
  }
  for (const file of files.filter((name) => !expected.includes(baseOf(name)))) {
    faults.push(leftOver(join(directory, file), baseOf(file), expected));
  }
  return { tools, faults };
}

function leftOver(file: string, base: string, expected: readonly string[]): FolderFault {
  const closest = closestName(base, expected);
  return {
    file,
    line: 1,
    column: 1,
    reason: `agent.yaml has no tool "${base.replaceAll('-', '_')}" that the server runs`,
    advice:
      closest === null
        ? 'Add it to "tools" or move the file into a folder of tools/.'
        : `Should the file be called ${closest}? Else add the tool.`,
  };
}

/** Names of the tool files right in the directory; none when there is no directory. */
async function toolFilesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(
      (entry) => !entry.isDirectory() && ENDINGS.some((ending) => entry.name.endsWith(ending)),
    )
    .map((entry) => entry.name)
    .filter((name) => !/\.(?:test|d)\.m?[jt]s$/.test(name))
    .toSorted();
}

/** `lookup-order` for `lookup_order`. */
function fileNameOf(tool: string): string {
  return tool.replaceAll('_', '-');
}

function baseOf(file: string): string {
  return file.replace(/\.m?[jt]s$/, '');
}

import type { FolderFault } from './agent-folder-error.ts';
import { HANDOFF_TOOL } from './agent-schema.ts';
import { AGENT_DEFAULTS } from './agent-defaults.ts';
import { spellingAdvice } from './closest-name.ts';
import { isRecord, itemsOf, type Fields } from './fields.ts';
import { parameterFaults } from './tool-parameters.ts';
import type { YamlSource } from './yaml-source.ts';

/** A cover may last a second; three words do. */
const MOST_COVER_WORDS = 3;
const LONGEST_COVER_MS = 1_000;
/** Measured on phrases of one to three words, in several voices; the slowest counts. */
const MS_PER_LETTER = 60;

/** What is wrong in `agent.yaml` beyond its shape. It may be called before the shape is right. */
export function agentFileFaults(
  source: YamlSource,
  pipelines: readonly string[] | null,
): FolderFault[] {
  const file = isRecord(source.content) ? source.content : {};
  return [
    ...pipelineFaults(source, file.pipeline, pipelines),
    ...itemsOf(file.covers).flatMap((cover, index) => coverFaults(source, cover, index)),
    ...itemsOf(file.tools).flatMap((tool, index) =>
      isRecord(tool) ? toolFaults(source, tool, index) : [],
    ),
    ...repeatedTools(source, file.tools),
  ];
}

function pipelineFaults(
  source: YamlSource,
  pipeline: unknown,
  pipelines: readonly string[] | null,
): FolderFault[] {
  if (!pipelines || typeof pipeline !== 'string' || pipelines.includes(pipeline)) return [];
  const reason = `there is no pipeline "${pipeline}"`;
  return [source.faultAt(['pipeline'], reason, spellingAdvice(pipeline, pipelines))];
}

function coverFaults(source: YamlSource, cover: unknown, index: number): FolderFault[] {
  if (typeof cover !== 'string') return [];
  const words = cover.split(/\s+/).filter((word) => word !== '').length;
  const durationMs = cover.trim().length * MS_PER_LETTER;
  if (words <= MOST_COVER_WORDS && durationMs <= LONGEST_COVER_MS) return [];
  const reason = `the cover ${JSON.stringify(cover)} is longer than three words or a second`;
  const advice = `Use a short one such as ${JSON.stringify(AGENT_DEFAULTS.covers[0])}.`;
  return [source.faultAt(['covers', index], reason, advice)];
}

function toolFaults(source: YamlSource, tool: Fields, index: number): FolderFault[] {
  const faults = isRecord(tool.parameters)
    ? parameterFaults(source, ['tools', index, 'parameters'], tool.parameters)
    : [];
  if (tool.runs === 'session' && tool.name !== HANDOFF_TOOL) {
    const reason = `the session cannot run "${String(tool.name)}"`;
    const advice = `Only ${HANDOFF_TOOL} runs there; write "runs: server" or "runs: client".`;
    faults.push(source.faultAt(['tools', index, 'runs'], reason, advice));
  }
  const coverAfterMs = Number(tool.coverAfterMs ?? AGENT_DEFAULTS.tool.coverAfterMs);
  const timeoutMs = Number(tool.timeoutMs ?? AGENT_DEFAULTS.tool.timeoutMs);
  if (timeoutMs <= coverAfterMs) {
    const reason = `timeoutMs is ${timeoutMs}, no more than coverAfterMs, ${coverAfterMs}`;
    const key = tool.timeoutMs === undefined ? 'coverAfterMs' : 'timeoutMs';
    faults.push(source.faultAt(['tools', index, key], reason, 'Let a call run longer than that.'));
  }
  return faults;
}

function repeatedTools(source: YamlSource, tools: unknown): FolderFault[] {
  const names = itemsOf(tools).map((tool) => (isRecord(tool) ? tool.name : undefined));
  return names.flatMap((name, index) =>
    typeof name === 'string' && names.indexOf(name) < index
      ? [
          source.faultAt(
            ['tools', index, 'name'],
            `there are two tools named "${name}"`,
            'Rename or remove one.',
          ),
        ]
      : [],
  );
}

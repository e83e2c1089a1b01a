import type { FolderFault } from './agent-folder-error.ts';
import { cascadeFaults } from './cascade-faults.ts';
import type { KnownProviders } from './cascade-faults.ts';
import { spellingAdvice } from './closest-name.ts';
import { coverFaults } from './cover-faults.ts';
import { isRecord, itemsOf } from './fields.ts';
import { realtimeUpstreamFaults } from './realtime-upstream-faults.ts';
import { textGaps } from './template-gaps.ts';
import { toolFaults } from './tool-faults.ts';
import type { VariableLookup } from './webhook-faults.ts';
import type { YamlSource } from './yaml-source.ts';

/** What `agent.yaml` is checked against; what is `null` is not checked. */
export interface AgentFileContext {
  readonly pipelines: readonly string[] | null;
  readonly cascadeProviders: KnownProviders | null;
  readonly variables: VariableLookup | null;
  /** Whether the tool of a name has a follow-up file. */
  readonly hasFollowUp: (tool: string) => boolean;
}

/** What is wrong in `agent.yaml` beyond its shape. It may be called before the shape is right. */
export function agentFileFaults(source: YamlSource, context: AgentFileContext): FolderFault[] {
  const file = isRecord(source.content) ? source.content : {};
  return [
    ...pipelineFaults(source, file.pipeline, context.pipelines),
    ...coverFaults(source, ['covers'], { phrases: file.covers }),
    ...phraseFaults(source, file.toolPhrases),
    ...realtimeUpstreamFaults(source, file, context.variables),
    ...cascadeFaults(source, file, context),
    ...itemsOf(file.tools).flatMap((tool, index) =>
      isRecord(tool)
        ? toolFaults(source, ['tools', index], {
            tool,
            variables: context.variables,
            hasFollowUp: context.hasFollowUp(String(tool.name)),
          })
        : [],
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

function phraseFaults(source: YamlSource, phrases: unknown): FolderFault[] {
  if (!isRecord(phrases)) return [];
  const faults = coverFaults(source, ['toolPhrases', 'progress'], {
    phrases: phrases.progress,
    noun: 'progress line',
  });
  for (const [name, phrase] of Object.entries(phrases)) {
    if (typeof phrase !== 'string') continue;
    const path = ['toolPhrases', name];
    const known = name === 'addressCheck' ? ['address'] : [];
    const gaps = textGaps(phrase);
    for (const { piece, reason, advice } of gaps.faults) {
      faults.push(source.faultInside(path, piece, { reason, advice }));
    }
    for (const gap of gaps.names.filter((given) => !known.includes(given))) {
      const reason = `nothing is known for {${gap}} here`;
      faults.push(
        source.faultInside(path, `{${gap}}`, { reason, advice: spellingAdvice(gap, known) }),
      );
    }
    if (name === 'addressCheck' && !gaps.names.includes('address')) {
      const reason = 'the caller could not hear which address is meant';
      faults.push(source.faultAt(path, reason, 'Put {address} where the address is said.'));
    }
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

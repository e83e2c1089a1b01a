import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { hopBudgets } from '@antiphon/session';
import type {
  AgentDefinition,
  Dialogue,
  FollowUpTemplate,
  HopBudgets,
  ToolFunction,
} from '@antiphon/session';
import { AGENT_DEFAULTS } from './agent-defaults.ts';
import { agentFileFaults } from './agent-file-faults.ts';
import { AgentFolderError, type FolderFault } from './agent-folder-error.ts';
import { agentSchema, type AgentFile } from './agent-schema.ts';
import type { KnownProviders } from './cascade-faults.ts';
import { closestName } from './closest-name.ts';
import { dialogueFaults, type KnownTools } from './dialogue-faults.ts';
import { dialogueSchema } from './dialogue-schema.ts';
import { distinctFaults } from './distinct-faults.ts';
import { isRecord, itemsOf } from './fields.ts';
import { loadFollowUpFiles } from './follow-up-files.ts';
import { readBySchema } from './schema-faults.ts';
import { loadToolFiles } from './tool-files.ts';
import { webhooksOf, type Webhook } from './webhooks.ts';
import type { VariableLookup } from './webhook-faults.ts';
import { YamlSource } from './yaml-source.ts';

/** An agent that can be run. */
export interface LoadedAgent {
  readonly definition: AgentDefinition;
  /** The functions of the tools that the server runs in code, by tool name. */
  readonly tools: ReadonlyMap<string, ToolFunction>;
  /** The webhooks of the tools that the server runs by calling one, by tool name. */
  readonly webhooks: ReadonlyMap<string, Webhook>;
}

/** What folders are checked against. */
export interface LoadOptions {
  /** Names an agent may give as its pipeline; without them any will do. */
  readonly pipelines?: readonly string[];
  /** Providers of the services of the pipeline `cascade`; without them any name will do. */
  readonly cascadeProviders?: KnownProviders;
  /** The environment that headers of webhooks and keys of upstreams refer to; without it any variable will do. */
  readonly variables?: VariableLookup;
}

/** A folder that was read: the agent where there are no faults. */
export interface FolderReading {
  readonly agent: LoadedAgent | null;
  readonly faults: readonly FolderFault[];
}

const KNOWN_FILES = ['agent.yaml', 'instructions.md', 'dialogue.yaml', 'tools', 'follow-ups'];

/**
 * Loads an agent from its folder, whose name is the agent's:
 *
 * - `agent.yaml`: `description`, `pipeline`, `voice` and `backchannel` are needed; `speed`,
 *   `detector`, `turnDetection` (`null` is push-to-talk), `greeting`, `covers`, `apology`,
 *   `farewell`, `onFailure` (after how many failed answers in a row the session ends),
 *   `reportFormatMismatch`, `answerCoverAfterMs` (of an answer that is
 *   long in coming; `null` for never), `budgets` (what the hops of a turn may
 *   take), `toolPhrases` (any of `progress`, `offer`, `addressCheck`
 *   with `{address}`, `addressAsk`, `staying`, `emailFailed`), `keypad` (`open`, or `secure`
 *   for numbers that nobody may read), `openaiRealtime` and `geminiLive` (the models behind the
 *   pipelines of those names: see `RealtimeUpstream` and `GeminiUpstream`), `cascade` (the services
 *   behind that pipeline: see `CascadeServices`) and `tools` have defaults.
 * - a tool has a `name` and a `description`, and may have `parameters` (JSON Schema draft 7 of an
 *   object), `runs` (`server`, `client`, or `session` for `transfer_to_human`), `run` (`inline` or
 *   `queued`), `effect` (`none`, `idempotent`, `at_most_once`), `confirm` (`none`, `verbal`,
 *   `dtmf`) with a `readBack` that has one part in brackets, `coverAfterMs` < `deadlineMs` <
 *   `timeoutMs`, `covers` of its own, `contactField`, and a `webhook` in place of a file.
 * - `webhook`: a `url`, and perhaps `headers` (`${NAME}` is a variable of the environment),
 *   `tryTimeoutMs` and `retries` (0 to 2, of tools that may run twice).
 * - `instructions.md`: what a language model is told.
 * - `dialogue.yaml`, if the pipeline follows a script: see `Dialogue` in `@antiphon/session`.
 * - `tools/lookup-order.ts` for a server tool `lookup_order`: an ES module in TypeScript or
 *   JavaScript whose default export is a {@link ToolFunction}. Types are removed when it is
 *   loaded, not checked; other files of `tools/` belong into folders of it.
 * - `follow-ups/trace-package.md` for a tool `trace_package` whose answer may be sent by e-mail:
 *   `Subject: …` in the first line, then the body, with `{argument}` and `{result.field}`.
 *
 * Throws an {@link AgentFolderError} that lists all faults of the folder.
 */
export async function loadAgentFolder(
  path: string,
  options: LoadOptions = {},
): Promise<LoadedAgent> {
  const { agent, faults } = await readAgentFolder(path, options);
  if (agent) return agent;
  throw new AgentFolderError('invalid_folder', `The agent in ${path} cannot be loaded:`, {
    faults,
  });
}

/** Reads an agent's folder and collects its faults. */
export async function readAgentFolder(path: string, options: LoadOptions): Promise<FolderReading> {
  const folder = resolve(path);
  const faults: FolderFault[] = [...nameFaults(folder), ...(await strangeFiles(folder))];

  const agentText = await textOf(join(folder, 'agent.yaml'));
  const agent = new YamlSource(join(folder, 'agent.yaml'), agentText ?? '');
  const agentReading = readBySchema(agent, agentSchema);
  const followUps = await loadFollowUpFiles(folder, agent);
  if (agentText === null) {
    faults.push(missingFile(agent.file, 'Start with description, pipeline, voice, backchannel.'));
  } else {
    const hasFollowUp = (tool: string): boolean => followUps.templates.has(tool);
    const { pipelines = null, cascadeProviders = null, variables = null } = options;
    faults.push(
      ...agentReading.faults,
      ...agentFileFaults(agent, { pipelines, cascadeProviders, variables, hasFollowUp }),
    );
  }

  const instructionsFile = join(folder, 'instructions.md');
  const instructions = (await textOf(instructionsFile))?.trim() ?? null;
  if (instructions === null) faults.push(missingFile(instructionsFile, 'Say who the agent is.'));
  else if (instructions === '') faults.push(emptyFile(instructionsFile));

  const dialogueText = await textOf(join(folder, 'dialogue.yaml'));
  let dialogue: Dialogue | null = null;
  if (dialogueText !== null) {
    const source = new YamlSource(join(folder, 'dialogue.yaml'), dialogueText);
    const reading = readBySchema(source, dialogueSchema);
    dialogue = reading.value;
    faults.push(...reading.faults, ...dialogueFaults(source, toolsOf(agent)));
  }

  const { tools, faults: toolFaults } = await loadToolFiles(folder, agent);
  faults.push(...toolFaults, ...followUps.faults);
  if (faults.length > 0 || !agentReading.value)
    return { agent: null, faults: distinctFaults(faults) };
  const name = basename(folder);
  const definition = definitionOf(agentReading.value, {
    name,
    instructions: instructions ?? '',
    dialogue,
    followUps: followUps.templates,
  });
  const webhooks = webhooksOf(agentReading.value);
  return { agent: { definition, tools, webhooks }, faults: [] };
}

/** What other files of the folder add to `agent.yaml`. */
interface RestOfFolder {
  readonly name: string;
  readonly instructions: string;
  readonly dialogue: Dialogue | null;
  readonly followUps: ReadonlyMap<string, FollowUpTemplate>;
}

function definitionOf(
  file: AgentFile,
  { name, instructions, dialogue, followUps }: RestOfFolder,
): AgentDefinition {
  return {
    name,
    description: file.description,
    pipeline: file.pipeline,
    detector: file.detector,
    config: {
      instructions,
      voice: file.voice,
      speed: file.speed,
      modality: 'audio',
      tools: file.tools.map(({ webhook: _webhook, ...tool }) => ({
        ...tool,
        followUp: followUps.get(tool.name) ?? null,
      })),
      toolChoice: 'auto',
      maxOutputTokens: null,
      temperature: null,
      turnDetection: file.turnDetection && turnDetectionOf(file.turnDetection),
      greeting: file.greeting,
      covers: file.covers,
      ...(file.answerCoverAfterMs !== null && { answerCoverAfterMs: file.answerCoverAfterMs }),
      toolPhrases: file.toolPhrases,
      keypad: file.keypad,
      listeningNoises: file.backchannel === 'emit' ? file.listeningNoises : [],
      listeningAfterMs: file.listeningAfterMs,
      apology: file.apology,
      farewell: file.farewell,
    },
    reportFormatMismatch: file.reportFormatMismatch,
    ...(file.onFailure && { onFailure: file.onFailure }),
    ...budgetsOf(file),
    dialogue,
    ...(file.pipeline === 'openai-realtime' && { openaiRealtime: file.openaiRealtime }),
    ...(file.pipeline === 'gemini-live' && { geminiLive: file.geminiLive }),
    ...(file.pipeline === 'cascade' && { cascade: file.cascade }),
  };
}

/** What the folder says of hops, by their own names; where a model finds the turns, its silence counts. */
function budgetsOf({ pipeline, budgets, openaiRealtime }: AgentFile): {
  readonly budgetsMs?: Partial<HopBudgets>;
} {
  const { turnDetection, providerVad } = openaiRealtime;
  const isProviders = pipeline === 'openai-realtime' && turnDetection === 'provider';
  const silenceMs =
    isProviders && providerVad?.type === 'server_vad' ? providerVad.silenceDurationMs : undefined;
  const found = silenceMs === undefined ? undefined : hopBudgets({}, silenceMs).endpointing;
  const endpointing = budgets?.endpointingMs ?? found;
  if (!budgets && endpointing === undefined) return {};
  return {
    budgetsMs: {
      ...(endpointing !== undefined && { endpointing }),
      ...(budgets && {
        wait: budgets.waitMs,
        inference: budgets.inferenceMs,
        aggregation: budgets.aggregationMs,
        synthesis: budgets.synthesisMs,
        egress: budgets.egressMs,
      }),
    },
  };
}

/** Silence left out is that of the mode: what ends a turn, or the longest wait for its end. */
function turnDetectionOf(
  file: NonNullable<AgentFile['turnDetection']>,
): NonNullable<AgentDefinition['config']['turnDetection']> {
  const { silenceDurationMs, longestSilenceMs } = AGENT_DEFAULTS.turnDetection;
  const byMode = file.mode === 'semantic' ? longestSilenceMs : silenceDurationMs;
  return { ...file, silenceDurationMs: file.silenceDurationMs ?? byMode };
}

/** The tools a dialogue may call; `null` while it is unknown which there are. */
function toolsOf(agent: YamlSource): KnownTools {
  if (!isRecord(agent.content)) return null;
  const tools = itemsOf(agent.content.tools).filter(isRecord);
  return new Map(tools.map((tool) => [String(tool.name), tool.parameters]));
}

function nameFaults(folder: string): FolderFault[] {
  if (/^[a-z0-9][a-z0-9-]*$/.test(basename(folder))) return [];
  const reason = `"${basename(folder)}" cannot be the name of an agent`;
  const advice = 'Rename the folder: lower-case letters, digits and hyphens.';
  return [{ file: folder, line: 1, column: 1, reason, advice }];
}

/** Files that are probably meant to be one of the known ones. */
async function strangeFiles(folder: string): Promise<FolderFault[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const missing = KNOWN_FILES.filter((known) => !names.includes(known));
  return names.flatMap((name) => {
    const meant = KNOWN_FILES.includes(name) ? null : closestName(name, missing);
    if (meant === null) return [];
    const reason = `"${name}" is not read`;
    return [
      { file: join(folder, name), line: 1, column: 1, reason, advice: `Rename it to ${meant}.` },
    ];
  });
}

function missingFile(file: string, hint: string): FolderFault {
  const reason = `there is no ${basename(file)}`;
  return { file, line: 1, column: 1, reason, advice: `Write it. ${hint}` };
}

function emptyFile(file: string): FolderFault {
  return { file, line: 1, column: 1, reason: 'the file is empty', advice: 'Say who the agent is.' };
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return null;
  }
}

import { AGENT_DEFAULTS } from './agent-defaults.ts';
import type { FolderFault } from './agent-folder-error.ts';
import { coverFaults } from './cover-faults.ts';
import { isRecord, type Fields } from './fields.ts';
import { readBackFaults } from './read-back-faults.ts';
import { parameterFaults } from './tool-parameters.ts';
import { HANDOFF_TOOL } from './tool-schema.ts';
import { webhookFaults, type VariableLookup } from './webhook-faults.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** A tool as `agent.yaml` has it, perhaps of a wrong shape, and what it is checked against. */
export interface ToolToCheck {
  readonly tool: Fields;
  /** Whether there is a file with an e-mail that brings its answer. */
  readonly hasFollowUp: boolean;
  readonly variables: VariableLookup | null;
}

/** What is wrong between the settings of the tool at a path. */
export function toolFaults(source: YamlSource, path: YamlPath, given: ToolToCheck): FolderFault[] {
  const { tool } = given;
  return [
    ...(isRecord(tool.parameters)
      ? parameterFaults(source, [...path, 'parameters'], tool.parameters)
      : []),
    ...placeFaults(source, path, given),
    ...readBackFaults(source, path, tool),
    ...coverFaults(source, [...path, 'covers'], { phrases: tool.covers }),
    ...waitFaults(source, path, given),
    ...webhookFaults(source, path, given),
  ];
}

/** What cannot be where the tool runs. */
function placeFaults(
  source: YamlSource,
  path: YamlPath,
  { tool, hasFollowUp }: ToolToCheck,
): FolderFault[] {
  const faults: FolderFault[] = [];
  const name = String(tool.name);
  const at = (key: string, reason: string, advice: string): void => {
    faults.push(source.faultAt([...path, key], reason, advice));
  };
  if (tool.runs === 'session' && name !== HANDOFF_TOOL) {
    const advice = `Only ${HANDOFF_TOOL} runs there; write "runs: server" or "runs: client".`;
    at('runs', `the session cannot run "${name}"`, advice);
  }
  if (tool.run === 'queued' && (tool.runs === 'client' || tool.runs === 'session')) {
    const advice = 'Remove "run", or write "runs: server".';
    at('run', `${name} cannot be queued: it runs at the ${tool.runs}`, advice);
  }
  if (tool.runs === 'session' && (tool.confirm === 'verbal' || tool.confirm === 'dtmf')) {
    const advice = 'Remove "confirm"; the agent asks in its own words before it hands over.';
    at('confirm', `${name} runs in the session, which asks for no consent`, advice);
  }
  if (tool.runs === 'session' && hasFollowUp) {
    at(
      'runs',
      `${name} runs in the session and has no answer to send`,
      'Remove its follow-up file.',
    );
  }
  if (tool.runs === 'client' && hasFollowUp) {
    const reason = `${name} runs at the client, whose answer is lost when it hangs up`;
    at('runs', reason, 'Remove its follow-up file, or write "runs: server".');
  }
  return faults;
}

/** Waits that cannot come one after the other: the cover, the deadline, the end. */
function waitFaults(
  source: YamlSource,
  path: YamlPath,
  { tool, hasFollowUp }: ToolToCheck,
): FolderFault[] {
  const defaults = AGENT_DEFAULTS.tool;
  const coverAfterMs = Number(tool.coverAfterMs ?? defaults.coverAfterMs);
  const deadlineMs = Number(tool.deadlineMs ?? defaults.deadlineMs);
  const timeoutMs = Number(tool.timeoutMs ?? defaults.timeoutMs);
  const keyOf = (first: string, second: string): YamlPath => [
    ...path,
    tool[first] === undefined ? second : first,
  ];
  if (timeoutMs <= coverAfterMs) {
    const reason = `timeoutMs is ${timeoutMs}, no more than coverAfterMs, ${coverAfterMs}`;
    const at = keyOf('timeoutMs', 'coverAfterMs');
    return [source.faultAt(at, reason, 'Let a call run longer than that.')];
  }
  // A deadline that nobody wrote matters only where there is something to offer.
  if (tool.deadlineMs === undefined && !hasFollowUp) return [];
  const faults: FolderFault[] = [];
  if (deadlineMs >= timeoutMs) {
    const reason = `deadlineMs is ${deadlineMs}, no less than timeoutMs, ${timeoutMs}`;
    const advice = 'Offer the e-mail while the call still has time to end.';
    faults.push(source.faultAt(keyOf('deadlineMs', 'timeoutMs'), reason, advice));
  }
  if (deadlineMs <= coverAfterMs) {
    const reason = `deadlineMs is ${deadlineMs}, no more than coverAfterMs, ${coverAfterMs}`;
    const advice = 'Let a cover be heard before the e-mail is offered.';
    faults.push(source.faultAt(keyOf('deadlineMs', 'coverAfterMs'), reason, advice));
  }
  return faults;
}

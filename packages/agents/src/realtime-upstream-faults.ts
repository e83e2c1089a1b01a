import type { FolderFault } from './agent-folder-error.ts';
import { isRecord, type Fields } from './fields.ts';
import { GEMINI_DEFAULTS } from './gemini-upstream-schema.ts';
import { UPSTREAM_DEFAULTS } from './realtime-upstream-schema.ts';
import type { VariableLookup } from './webhook-faults.ts';
import type { YamlSource } from './yaml-source.ts';

/** A part of `agent.yaml` about a model behind a WebSocket, and the pipeline that uses it. */
interface UpstreamPart {
  readonly name: string;
  readonly pipeline: string;
  readonly apiKeyVariable: string;
  readonly exampleUrl: string;
}

const PARTS: readonly UpstreamPart[] = [
  {
    name: 'openaiRealtime',
    pipeline: 'openai-realtime',
    apiKeyVariable: UPSTREAM_DEFAULTS.apiKeyVariable,
    exampleUrl: 'wss://api.openai.com/v1/realtime',
  },
  {
    name: 'geminiLive',
    pipeline: 'gemini-live',
    apiKeyVariable: GEMINI_DEFAULTS.apiKeyVariable,
    exampleUrl: 'wss://generativelanguage.googleapis.com/ws/...BidiGenerateContent',
  },
];

/** What is wrong with the speech-to-speech models of an agent beyond their shape. */
export function realtimeUpstreamFaults(
  source: YamlSource,
  file: Fields,
  variables: VariableLookup | null,
): FolderFault[] {
  return PARTS.flatMap((part) => {
    const isUsed = file['pipeline'] === part.pipeline;
    const written = file[part.name];
    const upstream = isRecord(written) ? written : {};
    return [
      ...addressFaults(source, part, upstream.url),
      ...unusedVadFaults(source, part, upstream),
      // Of a model that is not used, the key need not be there.
      ...(isUsed ? keyFaults(source, part, { named: upstream.apiKeyVariable, variables }) : []),
    ];
  });
}

function addressFaults(
  source: YamlSource,
  { name, exampleUrl }: UpstreamPart,
  url: unknown,
): FolderFault[] {
  if (typeof url !== 'string' || url === '') return [];
  const at = [name, 'url'];
  const advice = `Write the whole address, such as ${exampleUrl}.`;
  if (!URL.canParse(url)) return [source.faultAt(at, `"${url}" is no address`, advice)];
  const { protocol, username, password, hash, searchParams } = new URL(url);
  if (protocol !== 'wss:' && protocol !== 'ws:') {
    return [source.faultAt(at, `"${protocol}" is no WebSocket address`, advice)];
  }
  if (username !== '' || password !== '') {
    const hint = 'Put the key into a variable, and its name into apiKeyVariable.';
    return [source.faultAt(at, 'the address holds a name or a password', hint)];
  }
  if (searchParams.has('key')) {
    const hint = 'Put the key into a variable, and its name into apiKeyVariable.';
    return [source.faultAt(at, 'the address holds a key', hint)];
  }
  if (hash === '') return [];
  return [source.faultAt(at, `"${hash}" is never sent to a server`, 'Remove it.')];
}

function unusedVadFaults(source: YamlSource, { name }: UpstreamPart, upstream: Fields) {
  const { providerVad, turnDetection } = upstream;
  if (!isRecord(providerVad) || turnDetection === 'provider') return [];
  const reason = 'nothing is left to the provider that this could say more of';
  return [source.faultAt([name, 'providerVad'], reason, 'Add "turnDetection: provider".')];
}

function keyFaults(
  source: YamlSource,
  { name, apiKeyVariable }: UpstreamPart,
  { named, variables }: { named: unknown; variables: VariableLookup | null },
): FolderFault[] {
  const variable = named ?? apiKeyVariable;
  if (typeof variable === 'string' && !/^[A-Z_][A-Z0-9_]*$/u.test(variable)) {
    // It may be the key itself, so it is not shown.
    const reason = 'what stands here is no name of a variable';
    const advice = 'Write a name of capitals, digits and underscores, never the key itself.';
    return [source.faultAt([name, 'apiKeyVariable'], reason, advice)];
  }
  if (!variables || typeof variable !== 'string' || (variables(variable) ?? '') !== '') return [];
  const at = named === undefined ? ['pipeline'] : [name, 'apiKeyVariable'];
  const reason = `the environment variable ${variable} is not set`;
  const advice = 'Set it to the key of the model before the start, or name another variable.';
  return [source.faultAt(at, reason, advice)];
}

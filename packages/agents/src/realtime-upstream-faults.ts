import type { FolderFault } from './agent-folder-error.ts';
import { isRecord, type Fields } from './fields.ts';
import { UPSTREAM_DEFAULTS } from './realtime-upstream-schema.ts';
import type { VariableLookup } from './webhook-faults.ts';
import type { YamlSource } from './yaml-source.ts';

const PIPELINE = 'openai-realtime';

/** What is wrong with the model behind the pipeline `openai-realtime` beyond its shape. */
export function realtimeUpstreamFaults(
  source: YamlSource,
  { pipeline, openaiRealtime }: Fields,
  variables: VariableLookup | null,
): FolderFault[] {
  const upstream = isRecord(openaiRealtime) ? openaiRealtime : {};
  return [
    ...addressFaults(source, upstream.url),
    // Of a model that is not used, the key need not be there.
    ...(pipeline === PIPELINE ? keyFaults(source, upstream.apiKeyVariable, variables) : []),
  ];
}

function addressFaults(source: YamlSource, url: unknown): FolderFault[] {
  if (typeof url !== 'string' || url === '') return [];
  const at = ['openaiRealtime', 'url'];
  const advice = 'Write the whole address, such as wss://api.openai.com/v1/realtime.';
  if (!URL.canParse(url)) return [source.faultAt(at, `"${url}" is no address`, advice)];
  const { protocol, username, password, hash } = new URL(url);
  if (protocol !== 'wss:' && protocol !== 'ws:') {
    return [source.faultAt(at, `"${protocol}" is no WebSocket address`, advice)];
  }
  if (username !== '' || password !== '') {
    const hint = 'Put the key into a variable, and its name into apiKeyVariable.';
    return [source.faultAt(at, 'the address holds a name or a password', hint)];
  }
  if (hash === '') return [];
  return [source.faultAt(at, `"${hash}" is never sent to a server`, 'Remove it.')];
}

function keyFaults(
  source: YamlSource,
  named: unknown,
  variables: VariableLookup | null,
): FolderFault[] {
  const variable = named ?? UPSTREAM_DEFAULTS.apiKeyVariable;
  if (typeof variable === 'string' && !/^[A-Z_][A-Z0-9_]*$/u.test(variable)) {
    // It may be the key itself, so it is not shown.
    const reason = 'what stands here is no name of a variable';
    const advice = 'Write a name of capitals, digits and underscores, never the key itself.';
    return [source.faultAt(['openaiRealtime', 'apiKeyVariable'], reason, advice)];
  }
  if (!variables || typeof variable !== 'string' || (variables(variable) ?? '') !== '') return [];
  const at = named === undefined ? ['pipeline'] : ['openaiRealtime', 'apiKeyVariable'];
  const reason = `the environment variable ${variable} is not set`;
  const advice = 'Set it to the key of the model before the start, or name another variable.';
  return [source.faultAt(at, reason, advice)];
}

import { AGENT_DEFAULTS } from './agent-defaults.ts';
import type { FolderFault } from './agent-folder-error.ts';
import { entriesOf, isRecord, type Fields } from './fields.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** The value of a variable of the environment; `undefined` when it is not set. */
export type VariableLookup = (name: string) => string | undefined;

/** What a call says itself. */
const OWN_HEADERS = new Set([
  'accept',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'transfer-encoding',
  'upgrade',
]);

/** What is wrong with the webhook of the tool at a path. */
export function webhookFaults(
  source: YamlSource,
  path: YamlPath,
  { tool, variables }: { readonly tool: Fields; readonly variables: VariableLookup | null },
): FolderFault[] {
  const { webhook, runs } = tool;
  if (!isRecord(webhook)) return [];
  const at = [...path, 'webhook'];
  const faults: FolderFault[] = [];
  if (runs === 'client' || runs === 'session') {
    const reason = `${String(tool.name)} has a webhook but runs at the ${runs}`;
    faults.push(source.faultAtKey(at, reason, 'Remove the webhook, or write "runs: server".'));
  }
  faults.push(...addressFaults(source, [...at, 'url'], webhook.url));
  for (const [name, value] of entriesOf(webhook.headers)) {
    faults.push(...headerFaults(source, [...at, 'headers', name], { name, value, variables }));
  }
  return [...faults, ...tryFaults(source, at, { tool, webhook })];
}

function addressFaults(source: YamlSource, at: YamlPath, url: unknown): FolderFault[] {
  if (typeof url !== 'string') return [];
  const advice = 'Write the whole address, such as https://crm.example.com/orders.';
  if (!URL.canParse(url)) return [source.faultAt(at, `"${url}" is no address`, advice)];
  const { protocol, username, password, hash } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') {
    return [source.faultAt(at, `"${protocol}" is not called by webhooks`, advice)];
  }
  if (username !== '' || password !== '') {
    const reason = 'the address holds a name or a password';
    const hint = "Put them into a header: authorization: 'Basic ${CRM_LOGIN}'.";
    return [source.faultAt(at, reason, hint)];
  }
  if (hash === '') return [];
  return [source.faultAt(at, `"${hash}" is never sent to a server`, 'Remove it.')];
}

function headerFaults(
  source: YamlSource,
  at: YamlPath,
  header: { name: string; value: unknown; variables: VariableLookup | null },
): FolderFault[] {
  const { name, value, variables } = header;
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    const advice = 'Use letters, digits and hyphens.';
    return [source.faultAtKey(at, `"${name}" cannot name a header`, advice)];
  }
  if (OWN_HEADERS.has(name.toLowerCase())) {
    return [source.faultAtKey(at, `a call sets "${name}" itself`, 'Remove it.')];
  }
  if (typeof value !== 'string') return [];
  const faults: FolderFault[] = [];
  const rest = value.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (piece, variable: string) => {
    if (!variables || (variables(variable) ?? '') !== '') return '';
    const fault = {
      reason: `the environment variable ${variable} is not set`,
      advice: 'Set it before the start.',
    };
    faults.push(source.faultInside(at, piece, fault));
    return '';
  });
  if (rest.includes('${')) {
    const fault = { reason: 'a "${" has no name after it', advice: 'Write ${VARIABLE}.' };
    faults.push(source.faultInside(at, '${', fault));
  }
  if (!/^[\t\x20-\x7e]*$/.test(rest)) {
    faults.push(source.faultAt(at, 'a header holds visible ASCII only', 'Remove the rest.'));
  }
  return faults;
}

function tryFaults(
  source: YamlSource,
  at: YamlPath,
  { tool, webhook }: { readonly tool: Fields; readonly webhook: Fields },
): FolderFault[] {
  const faults: FolderFault[] = [];
  if (typeof webhook.retries === 'number' && webhook.retries > 0) {
    const reason =
      tool.effect === undefined
        ? 'the tool does not say what running it twice does, so it cannot be tried again'
        : 'a tool with "effect: at_most_once" is never tried again';
    const advice = 'Write "effect: none" or "effect: idempotent" if that holds, or remove it.';
    if (tool.effect === undefined || tool.effect === 'at_most_once') {
      faults.push(source.faultAt([...at, 'retries'], reason, advice));
    }
  }
  const timeoutMs = Number(tool.timeoutMs ?? AGENT_DEFAULTS.tool.timeoutMs);
  if (typeof webhook.tryTimeoutMs === 'number' && webhook.tryTimeoutMs > timeoutMs) {
    const reason = `tryTimeoutMs is ${webhook.tryTimeoutMs}, more than timeoutMs, ${timeoutMs}`;
    const advice = 'A try cannot last longer than the call it belongs to.';
    faults.push(source.faultAt([...at, 'tryTimeoutMs'], reason, advice));
  }
  return faults;
}

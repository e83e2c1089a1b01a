import type { FolderFault } from './agent-folder-error.ts';
import { spellingAdvice } from './closest-name.ts';
import { isRecord, type Fields } from './fields.ts';
import type { VariableLookup } from './webhook-faults.ts';
import type { YamlSource } from './yaml-source.ts';

const PIPELINE = 'cascade';

const SERVICES = ['speechToText', 'languageModel', 'textToSpeech'] as const;

/**
 * How long those that are asked before the last may take together, in milliseconds. A reply to a
 * question is waited for 4 s. A model is waited for behind covers, and a voice in silence.
 */
const MOST_STAND_IN_MS = {
  speechToText: 4_000,
  languageModel: 6_000,
  textToSpeech: 3_000,
} as const;

/** What a service in the process has no use for. */
const HOSTED_KEYS = [
  'url',
  'model',
  'apiKeyVariable',
  'apiKeyHeader',
  'apiVersion',
  'language',
  'finalizesPauses',
  'voice',
  'prices',
] as const;

/** A provider of one of a cascade's services that is reached over the network. */
export interface KnownProvider {
  /** Where it is found; addresses that stand for it have the same kind of protocol. */
  readonly address: string;
  /** The variable that holds its key unless another one is named. */
  readonly keyVariable: string;
  /** Whether it has no model of its own choice. */
  readonly needsModel?: boolean;
  /** Whether a recogniser can be asked for final words in the middle of a turn. */
  readonly finalizesPauses?: boolean;
}

/** The providers of each service by their names; `null` is one in the process. */
export type KnownProviders = Readonly<
  Record<(typeof SERVICES)[number], Readonly<Record<string, KnownProvider | null>>>
>;

/** What the services are checked against; what is `null` is not checked. */
export interface CascadeContext {
  readonly cascadeProviders: KnownProviders | null;
  readonly variables: VariableLookup | null;
}

/** What is wrong with the services behind the pipeline `cascade` beyond their shape. */
export function cascadeFaults(
  source: YamlSource,
  { pipeline, cascade }: Fields,
  { cascadeProviders, variables }: CascadeContext,
): FolderFault[] {
  const services = isRecord(cascade) ? cascade : {};
  return SERVICES.flatMap((name) => {
    const fields = services[name];
    if (!isRecord(fields)) return [];
    const others = Array.isArray(fields['fallback']) ? fields['fallback'] : [];
    const written = [fields, ...others].map((entry: unknown, index) => ({
      entry,
      at: index === 0 ? [name] : [name, 'fallback', index - 1],
    }));
    const budgetFault = budgetFaultOf(source, name, fields);
    const faults = written.flatMap(({ entry, at }) => {
      if (!isRecord(entry)) return [];
      const service = new WrittenService(source, at, entry);
      const { provider = 'embedded' } = entry;
      if (!cascadeProviders || typeof provider !== 'string') return service.variableFaults();
      const known = new Map(Object.entries(cascadeProviders[name])).get(provider);
      if (known === undefined) {
        return service.unknown(provider, Object.keys(cascadeProviders[name]));
      }
      if (known === null) return service.faultsInProcess(provider);
      // Of a service that is not used, the key need not be there.
      return service.faultsOf(known, pipeline === PIPELINE ? variables : null);
    });
    return budgetFault ? [...faults, budgetFault] : faults;
  });
}

/** A budget within which a caller would not bear to wait for the last to be asked. */
function budgetFaultOf(
  source: YamlSource,
  name: (typeof SERVICES)[number],
  { budgetMs, fallback }: Fields,
): FolderFault | null {
  if (typeof budgetMs !== 'number' || !Array.isArray(fallback) || fallback.length === 0)
    return null;
  const most = MOST_STAND_IN_MS[name];
  const waitMs = budgetMs * fallback.length;
  if (waitMs <= most) return null;
  const reason = `with ${budgetMs} ms for each before it, the last of ${fallback.length + 1} is asked after ${waitMs} ms, and nobody bears more than ${most} ms`;
  const advice = `Use ${Math.floor(most / fallback.length)} at most, or fewer fallbacks.`;
  return source.faultAt(['cascade', name, 'budgetMs'], reason, advice);
}

/** One service as it stands in the file. */
class WrittenService {
  readonly #source: YamlSource;
  /** Where it stands under `cascade`, the service's name first. */
  readonly #at: readonly (string | number)[];
  readonly #fields: Fields;

  constructor(source: YamlSource, at: readonly (string | number)[], fields: Fields) {
    this.#source = source;
    this.#at = at;
    this.#fields = fields;
  }

  unknown(provider: string, names: readonly string[]): FolderFault[] {
    const reason = `there is no provider "${provider}" of ${this.#at[0]}`;
    return [this.#fault('provider', reason, spellingAdvice(provider, names))];
  }

  #finalizesFault(): FolderFault {
    const path = ['cascade', ...this.#at, 'finalizesPauses'];
    const reason = 'this provider makes words final at the end of a turn only';
    return this.#source.faultAtKey(path, reason, 'Remove it, or name the provider deepgram.');
  }

  faultsInProcess(provider: string): FolderFault[] {
    return HOSTED_KEYS.filter((key) => this.#fields[key] !== undefined).map((key) =>
      this.#source.faultAtKey(
        ['cascade', ...this.#at, key],
        `the provider "${provider}" runs in the server and has no "${key}"`,
        'Remove it, or name another provider.',
      ),
    );
  }

  faultsOf(known: KnownProvider, variables: VariableLookup | null): FolderFault[] {
    const isMissing = known.needsModel === true && this.#fields['model'] === undefined;
    const advice = 'Add "model": the name the provider has for it, or an Azure deployment.';
    const cannotFinalize = !known.finalizesPauses && this.#fields['finalizesPauses'] !== undefined;
    return [
      ...this.#addressFaults(known.address),
      ...(cannotFinalize ? [this.#finalizesFault()] : []),
      ...(isMissing ? [this.#fault('provider', 'its model is missing', advice)] : []),
      ...this.variableFaults(),
      ...this.#keyFaults(known.keyVariable, variables),
    ];
  }

  /** A key in place of the name of its variable. */
  variableFaults(): FolderFault[] {
    const { apiKeyVariable: variable } = this.#fields;
    if (typeof variable !== 'string' || isVariableName(variable)) return [];
    // It may be the key itself, so it is not shown.
    const reason = 'what stands here is no name of a variable';
    const advice = 'Write a name of capitals, digits and underscores, never the key itself.';
    return [this.#fault('apiKeyVariable', reason, advice)];
  }

  #addressFaults(usual: string): FolderFault[] {
    const { url } = this.#fields;
    if (typeof url !== 'string' || url.trim() === '') return [];
    const advice = `Write the whole address, such as ${usual}.`;
    if (!URL.canParse(url)) return [this.#fault('url', `"${url}" is no address`, advice)];
    const { protocol, username, password, hash } = new URL(url);
    const kind = usual.startsWith('ws') ? 'ws' : 'http';
    if (protocol !== `${kind}:` && protocol !== `${kind}s:`) {
      return [this.#fault('url', `"${protocol}" is not how it is reached`, advice)];
    }
    if (username !== '' || password !== '') {
      const hint = 'Put the key into a variable, and its name into apiKeyVariable.';
      return [this.#fault('url', 'the address holds a name or a password', hint)];
    }
    if (hash === '') return [];
    return [this.#fault('url', `"${hash}" is never sent to a server`, 'Remove it.')];
  }

  #keyFaults(usual: string, variables: VariableLookup | null): FolderFault[] {
    const { apiKeyVariable: named, url } = this.#fields;
    // Another server is not given the key of the provider unless it is said.
    const variable = named ?? (url === undefined ? usual : null);
    if (!variables || typeof variable !== 'string' || !isVariableName(variable)) return [];
    if ((variables(variable) ?? '') !== '') return [];
    const at = named === undefined ? 'provider' : 'apiKeyVariable';
    const reason = `the environment variable ${variable} is not set`;
    const advice = 'Set it to the key of the provider before the start, or name another variable.';
    return [this.#fault(at, reason, advice)];
  }

  #fault(key: string, reason: string, advice: string): FolderFault {
    return this.#source.faultAt(['cascade', ...this.#at, key], reason, advice);
  }
}

function isVariableName(text: string): boolean {
  return /^[A-Z_][A-Z0-9_]*$/u.test(text);
}

import { Ajv } from 'ajv';
import type { FolderFault } from './agent-folder-error.ts';
import { isRecord, type Fields } from './fields.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** Faults of the JSON Schema at `path`, which must describe an object of arguments. */
export function parameterFaults(source: YamlSource, path: YamlPath, schema: Fields): FolderFault[] {
  if (schema.type !== 'object') {
    const at = 'type' in schema ? [...path, 'type'] : path;
    const reason = 'parameters do not describe an object';
    return [
      source.faultAt(at, reason, 'Write "type: object" and list the arguments as properties.'),
    ];
  }
  const ajv = new Ajv({
    allErrors: true,
    strictTypes: false,
    validateFormats: false,
    logger: false,
  });
  if (ajv.validateSchema(schema) !== true) {
    const errors = ajv.errors ?? [];
    // A failed choice repeats the failures of each of its branches.
    const plain = errors.filter(({ keyword }) => keyword !== 'anyOf');
    return firstOfEachPlace(
      (plain.length > 0 ? plain : errors).map((error) => {
        const inner = error.instancePath.split('/').slice(1).map(unescapedPointer);
        const reason = `${inner.at(-1) ?? 'parameters'} is no valid JSON Schema: it ${error.message}`;
        return source.faultAt(
          [...path, ...inner.map(indexOrKey)],
          reason,
          allowedValues(error.params),
        );
      }),
    );
  }
  try {
    ajv.compile(schema);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const keyword = /unknown keyword: "([^"]+)"/.exec(message)?.[1];
    const at = keyword === undefined ? null : pathOfKey(schema, keyword);
    const reason =
      keyword === undefined
        ? `parameters are no valid JSON Schema: ${message}`
        : `"${keyword}" is no keyword of JSON Schema`;
    const advice = 'Correct it; every keyword of draft 7 is known.';
    return [source.faultAtKey(at ? [...path, ...at] : path, reason, advice)];
  }
}

/** Names of the arguments a schema describes, and of those that must be given. */
export function argumentNames(schema: unknown): { all: string[]; required: string[] } {
  const fields = isRecord(schema) ? schema : {};
  return {
    all: isRecord(fields.properties) ? Object.keys(fields.properties) : [],
    required: Array.isArray(fields.required) ? fields.required.map(String) : [],
  };
}

function allowedValues(params: Fields): string {
  return Array.isArray(params.allowedValues)
    ? `Use one of ${params.allowedValues.join(', ')}.`
    : 'See the JSON Schema draft 7 for what can stand here.';
}

function firstOfEachPlace(faults: readonly FolderFault[]): FolderFault[] {
  const places = new Map<string, FolderFault>();
  for (const fault of faults) {
    const place = `${fault.line}:${fault.column}`;
    if (!places.has(place)) places.set(place, fault);
  }
  return [...places.values()];
}

function pathOfKey(value: unknown, key: string): YamlPath | null {
  if (typeof value !== 'object' || value === null) return null;
  if (Object.hasOwn(value, key)) return [key];
  for (const [name, member] of Object.entries(value)) {
    const inner = pathOfKey(member, key);
    if (inner) return [Array.isArray(value) ? Number(name) : name, ...inner];
  }
  return null;
}

function indexOrKey(step: string): string | number {
  return /^[0-9]+$/.test(step) ? Number(step) : step;
}

function unescapedPointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

import { z } from 'zod';
import type { FolderFault } from './agent-folder-error.ts';
import { spellingAdvice } from './closest-name.ts';
import { isRecord } from './fields.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** What a file holds, where it fits its schema, and what does not fit. */
export interface SchemaReading<Value> {
  readonly value: Value | null;
  readonly faults: readonly FolderFault[];
}

/** A mapping whose unknown keys are faults with the probable spelling. */
export function strictMapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => spellingAdvice(key, Object.keys(shape))).join('\n')
        : undefined,
  });
}

/** Reads a YAML file by a schema whose messages are advice. */
export function readBySchema<Value>(
  source: YamlSource,
  schema: z.ZodType<Value>,
): SchemaReading<Value> {
  if (source.faults.length > 0) return { value: null, faults: source.faults };
  const parsed = schema.safeParse(source.content, { error: adviceFor, reportInput: true });
  if (parsed.success) return { value: parsed.data, faults: [] };
  return { value: null, faults: parsed.error.issues.flatMap((issue) => faultsOf(source, issue)) };
}

function faultsOf(source: YamlSource, issue: z.core.$ZodIssue): FolderFault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const advice = issue.message.split('\n');
    return issue.keys.map((key, index) =>
      source.faultAtKey([...path, key], `unknown key "${key}"`, advice[index] ?? ''),
    );
  }
  if (issue.code === 'invalid_key') {
    const [inner] = issue.issues;
    const reason = `"${String(path.at(-1))}" cannot be a name here`;
    return [source.faultAtKey(path, reason, inner?.message ?? issue.message)];
  }
  return [source.faultAt(path, reasonOf(issue, path), issue.message)];
}

function reasonOf(issue: z.core.$ZodIssue, path: YamlPath): string {
  const name = path.length === 0 ? 'the file' : `"${pathText(path)}"`;
  const input = inputOf(issue);
  if (input === undefined) return `${name} is missing`;
  switch (issue.code) {
    case 'invalid_type':
      return `${name} is ${kindOf(input)}; it must be ${kindNamed(issue.expected)}`;
    case 'invalid_value':
      return `${name} is ${shown(input)}; it must be ${issue.values.join(' or ')}`;
    case 'invalid_union':
      if (!issue.discriminator) return `${name} is ${kindOf(input)}, which cannot be`;
      return `${name} is ${shown(input)}; it must be ${optionsOf(issue).join(' or ')}`;
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return `${name} is empty`;
      return `${name} is ${shown(input)}; the least is ${issue.minimum}`;
    case 'too_big':
      return `${name} is ${shown(input)}; the most is ${issue.maximum}`;
    default:
      return `${name} is ${shown(input)}, which cannot be`;
  }
}

/** Advice for issues whose schema gives none of its own. */
function adviceFor(issue: z.core.$ZodRawIssue): string {
  const key = String(issue.path?.at(-1) ?? '');
  const input = inputOf(issue);
  const description = issue.inst && z.globalRegistry.get(issue.inst as z.ZodType)?.description;
  if (input === undefined) {
    return description ? `Add "${key}": ${description}.` : `Add "${key}".`;
  }
  if (issue.code === 'invalid_value' && typeof input === 'string') {
    return spellingAdvice(input, (issue.values as unknown[]).map(String));
  }
  if (issue.code === 'invalid_union' && typeof input === 'string') {
    return spellingAdvice(input, optionsOf(issue));
  }
  if (description) return `Write ${description}.`;
  if (issue.code === 'invalid_type' && input === null) return 'Give it a value or remove it.';
  return 'Change it or remove it.';
}

/** What was given; of a choice by one member, that member. */
function inputOf(issue: z.core.$ZodRawIssue | z.core.$ZodIssue): unknown {
  const { input } = issue;
  return issue.code === 'invalid_union' &&
    typeof issue.discriminator === 'string' &&
    isRecord(input)
    ? input[issue.discriminator]
    : input;
}

function optionsOf(issue: z.core.$ZodRawIssue | z.core.$ZodIssue): string[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
}

/** `tools[0].name` for `['tools', 0, 'name']`. */
function pathText(path: YamlPath): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return kindNamed(typeof value);
}

function kindNamed(type: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
    null: 'empty',
  };
  return names[type] ?? type;
}

function shown(value: unknown): string {
  return typeof value === 'object' ? kindOf(value) : JSON.stringify(value);
}

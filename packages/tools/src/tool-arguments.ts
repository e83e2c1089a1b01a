import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { ToolError } from './tool-error.ts';

/** Arguments that fit, or what the model is told about those that do not. */
export type ArgumentsReading =
  | { readonly args: Readonly<Record<string, unknown>>; readonly message: null }
  | { readonly args: null; readonly message: string };

/** Reads a call's arguments, JSON text as the model wrote it. */
export type ArgumentsReader = (text: string) => ArgumentsReading;

/** More faults than that help no model to mend its call. */
const MOST_FAULTS = 5;

/** A reader by a JSON Schema (draft 7) of an object; throws `invalid_parameters` if it is none. */
export function argumentsReader(
  tool: string,
  schema: Readonly<Record<string, unknown>>,
): ArgumentsReader {
  const ajv = new Ajv({
    allErrors: true,
    strictTypes: false,
    validateFormats: false,
    logger: false,
  });
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(schema);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ToolError('invalid_parameters', `the parameters of ${tool}: ${reason}`, { cause });
  }
  return (text) => {
    const args = parsedObject(text);
    if (!args) return refused(`The arguments of ${tool} must be a JSON object.`);
    if (validate(args)) return { args, message: null };
    const faults = (validate.errors ?? []).slice(0, MOST_FAULTS).map(faultText);
    return refused(`The arguments of ${tool} do not fit: ${faults.join('; ')}.`);
  };
}

function refused(message: string): ArgumentsReading {
  return { args: null, message };
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/** A fault by the field it is in, without the value that was given. */
function faultText({ instancePath, keyword, message, params }: ErrorObject): string {
  const field = instancePath.slice(1).replaceAll('/', '.');
  const within = field === '' ? '' : `${field}.`;
  if (keyword === 'required') return `${within}${String(params.missingProperty)} is missing`;
  if (keyword === 'additionalProperties') {
    return `${within}${String(params.additionalProperty)} is no argument`;
  }
  if (keyword === 'enum' && Array.isArray(params.allowedValues)) {
    return `${field} must be one of ${params.allowedValues.join(', ')}`;
  }
  return `${field === '' ? 'they' : field} ${message ?? 'cannot be'}`;
}

import type { PipelineOptions } from './pipeline-options.ts';
import { ServerError } from './server-error.ts';

/**
 * The key of a model from the environment. Throws a ServerError that names the variable where it is
 * not set, or where its value is no header, such as a key pasted with its line's end.
 */
export function modelKey(
  agent: string,
  variable: string,
  variables: PipelineOptions['variables'],
): string {
  const key = variables(variable) ?? '';
  if (/^[\x21-\x7e]+$/u.test(key)) return key;
  throw new ServerError(
    'agents_unusable',
    `The agent ${agent} needs a key in ${variable}, which ` +
      `${key === '' ? 'is not set' : 'holds more than visible ASCII characters'}.`,
  );
}

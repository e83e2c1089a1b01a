import { ToolError } from '../tool-error.ts';

/** The value of a variable of the environment; `undefined` when it is not set. */
export type VariableLookup = (name: string) => string | undefined;

/**
 * Headers with `${NAME}` replaced by the variable's value. Throws a {@link ToolError},
 * `missing_variable`, that names the variable, or `invalid_header`; neither shows a value.
 */
export function filledHeaders(
  tool: string,
  headers: Readonly<Record<string, string>>,
  variables: VariableLookup,
): Record<string, string> {
  const filled = Object.entries(headers).map(([name, template]) => {
    const value = template.replaceAll(/\$\{(\w+)\}/g, (_reference, variable: string) => {
      const known = variables(variable) ?? '';
      if (known !== '') return known;
      const message = `the header ${name} of the tool ${tool} needs the environment variable ${variable}; set it before the start`;
      throw new ToolError('missing_variable', message);
    });
    if (/^[\t\x20-\x7e]*$/.test(value)) return [name.toLowerCase(), value] as const;
    const message = `the header ${name} of the tool ${tool} holds more than visible ASCII; look at the variables in it`;
    throw new ToolError('invalid_header', message);
  });
  return Object.fromEntries(filled);
}

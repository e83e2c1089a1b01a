/** What a tool's output amounts to for the script; `null` fields are a failure. */
export type ResultFields = Readonly<Record<string, string>> | null;

/** Nobody is read a longer value aloud; of what a tool returns it is the beginning. */
const MOST_CHARACTERS = 200;

/**
 * The fields of an output as text, long ones cut at a word. An output that is a JSON object with an `error` member is a
 * failure; one that is no JSON object has the one field `value`.
 */
export function resultFields(output: string): ResultFields {
  const parsed = parsedJson(output);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return { value: beginningOf(typeof parsed === 'string' ? parsed : output) };
  }
  if ('error' in parsed && parsed.error !== null && parsed.error !== false) return null;
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      fields[name] = beginningOf(String(value));
    }
  }
  return fields;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function beginningOf(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return text.slice(0, MOST_CHARACTERS).replace(/\s\S*$/u, '');
}

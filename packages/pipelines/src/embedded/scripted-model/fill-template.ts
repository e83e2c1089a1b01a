/** What the gaps of a dialogue's texts are filled from. */
export interface TemplateValues {
  /** Slot values and values kept by `set`, by name. */
  readonly values: Readonly<Record<string, string>>;
  /** Fields of the latest result as text; `null` before the first. */
  readonly result: Readonly<Record<string, string>> | null;
}

/** The text with `{name}` and `{result.field}` filled in; `null` when one of them is unknown. */
export function fillTemplate(template: string, { values, result }: TemplateValues): string | null {
  let isComplete = true;
  const text = template.replaceAll(/\{(result\.)?([^{}]*)\}/g, (_gap, ofResult, name: string) => {
    const source = ofResult === undefined ? values : (result ?? {});
    const value = Object.hasOwn(source, name) ? source[name] : undefined;
    if (value === undefined) isComplete = false;
    return value ?? '';
  });
  return isComplete ? text : null;
}

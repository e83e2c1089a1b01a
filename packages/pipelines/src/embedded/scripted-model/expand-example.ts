/**
 * The ways to say an example of an intent: with and without each `[optional part]`. `{slot}`
 * stays as it is.
 */
export function expandExample(example: string): string[] {
  const open = example.indexOf('[');
  const close = example.indexOf(']', open);
  if (open < 0 || close < 0) return [example.replaceAll(/\s+/g, ' ').trim()];
  const before = example.slice(0, open);
  const inside = example.slice(open + 1, close);
  const after = example.slice(close + 1);
  return [...expandExample(`${before}${inside}${after}`), ...expandExample(`${before}${after}`)];
}

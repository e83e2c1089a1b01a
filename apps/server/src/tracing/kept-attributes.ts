import { isPrivate } from '@antiphon/observability';
import type { Attributes, AttributeValue } from '@opentelemetry/api';

/** What of attributes is written down. */
export interface AttributeRules {
  /** Whether those with a `pii` segment are. */
  readonly keepsPrivate: boolean;
  /** Texts are cut off there. */
  readonly mostTextChars: number;
}

/** A value as it is written down. */
export function keptValue(
  value: AttributeValue,
  { mostTextChars }: AttributeRules,
): AttributeValue {
  const isLong = typeof value === 'string' && value.length > mostTextChars;
  return isLong ? value.slice(0, mostTextChars) : value;
}

/** What is written down of attributes. */
export function keptAttributes(attributes: Attributes, rules: AttributeRules): Attributes {
  const kept: [name: string, value: AttributeValue][] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || (!rules.keepsPrivate && isPrivate(name))) continue;
    kept.push([name, keptValue(value, rules)]);
  }
  // Whatever their names are.
  return Object.fromEntries(kept);
}

import type { z } from 'zod';
import { protocolErrors, shownValue, type ProtocolFault } from '../errors.ts';
import { jsonKind } from '../json-value.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const EXPECTED: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** The path as the API writes it: `item.content[0].text`. */
function pathText(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? shownValue(key) : `.${shownValue(key)}`;
  }
  return text;
}

function isTypeMismatch(issue: Issue, value: unknown): boolean {
  if (issue.code === 'invalid_type') return true;
  if (issue.code !== 'invalid_value') return false;
  return issue.values.every((supported) => typeof supported !== typeof value);
}

/** What the alternatives of a union would have taken at its own place. */
function expectedOf(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [EXPECTED[issue.expected] ?? issue.expected];
  if (issue.code === 'invalid_value') {
    return issue.values.map((value) => EXPECTED[typeof value] ?? typeof value);
  }
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(expectedOf);
  return [];
}

/** How far into the value an alternative came before it refused it; 1 is its type. */
function reachOf(issue: Issue, value: unknown): number {
  const refused = valueAt(value, issue.path);
  const isMissing = refused === undefined;
  return issue.path.length * 3 + (isMissing ? 0 : isTypeMismatch(issue, refused) ? 1 : 2);
}

/**
 * Of a union's alternatives, the issue of the one that got furthest into the value: the deepest
 * path, then a refused value before a refused type before a missing member. Null when every
 * alternative refuses the type.
 */
function furthestIssue(union: z.core.$ZodIssueInvalidUnion, value: unknown): Issue | null {
  let furthest: Issue | null = null;
  let furthestReach = -1;
  for (const [issue] of union.errors) {
    if (issue === undefined) continue;
    const reach = reachOf(issue, value);
    if (reach > furthestReach) {
      furthest = issue;
      furthestReach = reach;
    }
  }
  return furthestReach <= 1 ? null : furthest;
}

/** The discriminator values a union takes; zod reports them without typing them. */
function supportedOf(union: z.core.$ZodIssueInvalidUnion): readonly unknown[] {
  return 'options' in union && Array.isArray(union.options) ? union.options : [];
}

function rangeReason(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, value: unknown) {
  const [relation, bound] =
    issue.code === 'too_big' ? ['at most', issue.maximum] : ['at least', issue.minimum];
  if (issue.origin === 'string') {
    if (issue.code === 'too_small' && bound === 1) return 'expected a non-empty string';
    return `expected ${relation} ${bound} characters, but got ${String(value).length}`;
  }
  if (issue.origin === 'array') return `expected ${relation} ${bound} entries`;
  return `expected ${relation} ${bound}, but got ${shownValue(value)}`;
}

function faultOfIssue(issue: Issue, root: unknown, base: Path): ProtocolFault {
  const path = [...base, ...issue.path];
  const value = valueAt(root, path);
  const param = pathText(path);
  if (issue.code === 'unrecognized_keys') {
    return protocolErrors.unknownParameter(pathText([...path, issue.keys[0] ?? '']));
  }
  if (value === undefined) return protocolErrors.missingParameter(param);
  switch (issue.code) {
    case 'invalid_type':
      return protocolErrors.invalidType({
        param,
        expected: EXPECTED[issue.expected] ?? issue.expected,
        received: jsonKind(value),
      });
    case 'invalid_value':
      return isTypeMismatch(issue, value)
        ? protocolErrors.invalidType({
            param,
            expected: [...new Set(expectedOf(issue))].join(' or '),
            received: jsonKind(value),
          })
        : protocolErrors.unsupportedValue({ param, value, supported: issue.values });
    case 'too_big':
    case 'too_small':
      return protocolErrors.invalidValue({ param, reason: rangeReason(issue, value) });
    case 'invalid_union': {
      if (issue.discriminator !== undefined) {
        const supported = supportedOf(issue);
        return typeof value === 'string'
          ? protocolErrors.unsupportedValue({ param, value, supported })
          : protocolErrors.invalidType({ param, expected: 'a string', received: jsonKind(value) });
      }
      const furthest = furthestIssue(issue, value);
      if (furthest !== null) return faultOfIssue(furthest, root, path);
      return protocolErrors.invalidType({
        param,
        expected: [...new Set(expectedOf(issue))].join(' or '),
        received: jsonKind(value),
      });
    }
    default:
      return protocolErrors.invalidValue({ param, reason: issue.message });
  }
}

/**
 * The first thing a schema found wrong with a client's value, as the API would report it.
 * `base` is the path from `root`, the client's event, to the value the schema was given.
 */
export function faultOfSchema(error: z.ZodError, root: unknown, base: Path = []): ProtocolFault {
  const [issue] = error.issues;
  if (issue === undefined) return protocolErrors.invalidValue({ param: null, reason: 'refused' });
  return faultOfIssue(issue, root, base);
}
